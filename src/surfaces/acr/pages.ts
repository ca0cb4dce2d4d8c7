import { usualPage } from '#http/page.ts'
import type { ListPage } from '#ports/repository-attributes.ts'
import { type AcrRequest, formatUrl, type OrderedPage } from './request.ts'

/** The `Link` to the next page, by the request that asks for it (RFC 8288). */
export const linkTo = (request: AcrRequest): readonly [string, string] => ['Link', `<${formatUrl(request)}>; rel="next"`]

/** A page is full with this many characters, too: a manifest may have any number of tags, and details of kilobytes. */
const heaviestPage = 4 * 1024 * 1024

/** One page, and which one comes next. In an order of time its place has the time too, so that it stands when the row moves. */
export async function takePage<Row extends { updatedAt: number }>(
  page: OrderedPage,
  keyOf: (row: Row) => string,
  read: (page: ListPage) => Promise<Row[]>,
): Promise<{ items: Row[]; next: OrderedPage | undefined }> {
  const { order, after } = page
  const n = page.n ?? usualPage
  const found = await read({ order, after, limit: n + 1 })
  const items = found.slice(0, lengthOf(found.slice(0, n)))
  const last = found.length > items.length ? items.at(-1) : undefined
  const place = last && { key: keyOf(last), ...(order === 'name' ? {} : { updatedAt: last.updatedAt }) }
  return { items, next: place && { n, order, after: place } }
}

/** At least one row, whatever it has. */
function lengthOf(rows: readonly unknown[]): number {
  let weight = 0
  for (const [index, row] of rows.entries()) {
    if (weight > heaviestPage) return index
    weight += JSON.stringify(row).length
  }
  return rows.length
}
