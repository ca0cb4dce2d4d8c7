import { cutPage, usualPage } from '#core/page.ts'
import type { ListPage } from '#ports/repository-attributes.ts'
import { type AcrRequest, formatUrl, type OrderedPage } from './request.ts'

/** The `Link` to the next page, by the request that asks for it (RFC 8288). */
export const linkTo = (request: AcrRequest): readonly [string, string] => ['Link', `<${formatUrl(request)}>; rel="next"`]

/** One page, and which one comes next. In an order of time its place has the time too, so that it stands when the row moves. */
export async function takePage<Row extends { updatedAt: number }>(
  page: OrderedPage,
  keyOf: (row: Row) => string,
  read: (page: ListPage) => Promise<Row[]>,
): Promise<{ items: Row[]; next: OrderedPage | undefined }> {
  const { order, after } = page
  const n = page.n ?? usualPage
  const { items, last } = cutPage(await read({ order, after, limit: n + 1 }), n)
  const place = last && { key: keyOf(last), ...(order === 'name' ? {} : { updatedAt: last.updatedAt }) }
  return { items, next: place && { n, order, after: place } }
}
