import type { Filter } from '#core/filter.ts'
import { parseFilter } from '#http/odata-filter.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isGuid } from '#core/resource-id.ts'

/** What a list or an item is asked for (OData 4.0 part 2, 5.1). */
export interface Query {
  filter: Filter | undefined
  top: number
  /** The last id of the page before; empty for the first page. */
  after: string
  /** Undefined: what Graph gives by itself. */
  select: readonly string[] | undefined
}

/** Graph's own: up to 15 alternatives. */
const filterLimits = { parts: 50, alternatives: 15 }
const largestPage = 999
const pageLength = 100

/** Fails with `request-invalid` for what is malformed, `unsupported` for an option that is not served. */
export function parseQuery(parameters: URLSearchParams): Query {
  for (const name of parameters.keys()) {
    const option = name.replace(/^\$/, '').toLowerCase()
    if (!['filter', 'top', 'select', 'skiptoken', 'api-version'].includes(option))
      throw new RegistryError('unsupported', `The query option '${name.slice(0, 60)}' is not supported: expected $filter, $select or $top.`)
  }
  const get = (option: string) => parameters.get(`$${option}`) ?? parameters.get(option) ?? undefined
  const [filter, select] = [get('filter'), get('select')]
  return {
    filter: filter === undefined || filter.trim() === '' ? undefined : parseFilter(filter, filterLimits),
    top: topOf(get('top')),
    after: tokenOf(get('skiptoken')),
    select: select === undefined || select.trim() === '' ? undefined : select.split(',').map((each) => each.trim()),
  }
}

/** The address of the page that follows. */
export function nextLink(url: string, parameters: URLSearchParams, after: string): string {
  const others = [...parameters].filter(([name]) => !/^\$?skiptoken$/i.test(name))
  const all = [...others, ['$skiptoken', after] as const]
  return `${url}?${all.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`
}

function topOf(text: string | undefined): number {
  if (text === undefined) return pageLength
  const top = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (top >= 1 && top <= largestPage) return top
  throw new RegistryError(
    'request-invalid',
    `Invalid page size specified: '${text.slice(0, 20)}'. Must be between 1 and ${largestPage} inclusive.`,
  )
}

function tokenOf(text: string | undefined): string {
  if (text === undefined || isGuid(text)) return text?.toLowerCase() ?? ''
  throw new RegistryError('request-invalid', 'The $skiptoken is not one that was given out.')
}
