import { controlError } from '#core/control-error.ts'
import type { StoredResource } from '#ports/resources.ts'
import { absolute, type Context } from './context.ts'

const usualPage = 250
const largestPage = 1000
/** A page is full with this many characters of what is stored, too. */
const heaviestPage = 4 * 1024 * 1024

/** Where a page begins and how long it may be, from `$skipToken` and `$top`. Fails with `page-invalid`, `request-invalid`. */
export function pageOf({ url }: Context): { after: string; limit: number } {
  const [token, top] = [url.query('$skiptoken'), url.query('$top')]
  const limit = top === undefined ? usualPage : Number(top)
  if (!Number.isInteger(limit) || limit < 1) throw controlError('InvalidTopValue', top ?? '')
  const after = Buffer.from(token ?? '', 'base64url').toString('utf8')
  if (token !== undefined && Buffer.from(after).toString('base64url') !== token.replace(/=+$/, '')) throw controlError('InvalidSkipToken')
  return { after, limit: Math.min(limit, largestPage) }
}

/**
 * One page of what is given, which has passed every judgement already: a token names what was shown last, so it tells
 * nothing of what is hidden.
 */
export async function paged(
  context: Context,
  source: AsyncIterable<StoredResource>,
  show: (resource: StoredResource) => Promise<object>,
): Promise<{ value: object[]; nextLink?: string }> {
  const { limit } = pageOf(context)
  const kept: StoredResource[] = []
  let weight = 0
  for await (const each of source) {
    if (kept.length === limit || weight > heaviestPage) return { value: await all(kept, show), nextLink: linkAfter(context, kept.at(-1)) }
    kept.push(each)
    weight += JSON.stringify(each.body).length
  }
  return { value: await all(kept, show) }
}

const all = (kept: readonly StoredResource[], show: (resource: StoredResource) => Promise<object>) => Promise.all(kept.map(show))

function linkAfter(context: Context, last: StoredResource | undefined): string {
  const asked = ['$filter', '$top', '$expand'].flatMap((name) => {
    const value = context.url.query(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return absolute(context, context.url.path, {
    ...Object.fromEntries(asked),
    $skipToken: Buffer.from(last?.key ?? '').toString('base64url'),
  })
}
