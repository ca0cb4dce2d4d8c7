import { parseRange } from '#core/range.ts'
import type { LinkedBlob } from '#ports/metadata-store.ts'
import { deleteBlob, findBlob, openBlob, readBlob } from '#app/distribution/blobs.ts'
import type { Exchange, Headers } from '#http/exchange.ts'
import { cutIdleReader } from '#http/listener.ts'
import { apiVersion } from './answers.ts'
import type { Context } from './context.ts'
import type { DistributionRequest } from './request.ts'

type Of<Kind> = Extract<DistributionRequest, { kind: Kind }>

/** GET and HEAD of a blob: whole, or one range; never a wrong byte as a complete answer. */
export async function getBlob(context: Context, { repository, digest }: Of<'blob.get' | 'blob.head'>): Promise<void> {
  const { deps, registry, exchange } = context
  const blob = await findBlob(deps, registry, repository, digest)
  if (matchesETag(exchange, blob)) return exchange.send(304, headersOf(blob))
  const range = parseRange(exchange.header('range'), blob.size)
  const status = range ? 206 : 200
  const { start, end } = range ?? { start: 0, end: blob.size - 1 }
  const headers: Headers = [
    ...headersOf(blob),
    ['Content-Length', end - start + 1],
    ...(range ? [['Content-Range', `bytes ${start}-${end}/${blob.size}`] as const] : []),
  ]
  if (exchange.request.method === 'HEAD') return exchange.send(status, headers)
  const reader = await openBlob(deps, blob)
  try {
    cutIdleReader(exchange.response)
    exchange.begin(status, headers)
    await readBlob(deps, blob, reader, { start, end }, (piece) => exchange.write(piece))
    exchange.end()
  } finally {
    await reader.close()
  }
}

const headersOf = (blob: LinkedBlob): Headers => [
  apiVersion,
  ['Content-Type', 'application/octet-stream'],
  ['Content-Disposition', 'attachment'],
  ['Docker-Content-Digest', blob.digest],
  ['ETag', `"${blob.digest}"`],
  ['Accept-Ranges', 'bytes'],
  ['Cache-Control', 'private, max-age=31536000, immutable'],
]

const matchesETag = (exchange: Exchange, { digest }: LinkedBlob): boolean => matches(exchange.header('if-none-match'), digest)

/** RFC 9110 §13.1.2, weak comparison. */
export const matches = (header: string | undefined, digest: string): boolean =>
  header !== undefined &&
  header.split(',').some((each) => {
    const tag = each.trim().replace(/^W\//, '')
    return tag === `"${digest}"` || tag === digest || tag === '*'
  })

export async function removeBlob({ deps, registry, exchange }: Context, { repository, digest }: Of<'blob.delete'>): Promise<void> {
  await deleteBlob(deps, registry, repository, digest)
  await exchange.send(202, [apiVersion])
}
