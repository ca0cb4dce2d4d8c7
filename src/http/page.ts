import { RegistryError } from '#core/registry-error.ts'

/** ACR's greatest page; a client may ask for less. */
export const largestPage = 1000
/** Without `n`, a list comes in pages of this size (ACR's). */
export const usualPage = 100

/** A page of a list: what comes after `last`, at most `n`. */
export interface Page {
  n: number | undefined
  last: string
}

/** Reads `n` and `last` of a query; one that is left empty is not there. Fails with `page-invalid`. */
export function parsePage(query: URLSearchParams | undefined): Page {
  const n = query?.get('n') || undefined
  if (n !== undefined && !/^[0-9]{1,18}$/.test(n))
    throw new RegistryError('page-invalid', 'n must be a whole number, 0 or greater', { n: n.slice(0, 40) })
  return { n: n === undefined ? undefined : Math.min(Number(n), largestPage), last: query?.get('last') ?? '' }
}

/** Cuts what was found to `n`. One more than that is asked for: it tells whether a page comes after `last`. */
export function cutPage<Item>(found: readonly Item[], n: number): { items: Item[]; last: Item | undefined } {
  const items = found.slice(0, n)
  return { items, last: found.length > n ? items.at(-1) : undefined }
}
