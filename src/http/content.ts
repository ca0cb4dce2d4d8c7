import { parseRange } from '#core/range.ts'
import { isKnownToReader, rangeOf } from './conditions.ts'
import type { Exchange, Headers } from './exchange.ts'

/** Bytes under a name of their own, which never change. */
export interface Content {
  size: number
  etag: string
  /** More than what every answer with bytes has. */
  headers: Headers
  open(): Promise<OpenContent>
}

export interface OpenContent {
  /** Gives the bytes from `start` up to and with `end`, piece by piece, while `take` says true. */
  read(part: { start: number; end: number }, take: (piece: Uint8Array) => Promise<boolean>): Promise<void>
  close(): Promise<void>
}

/**
 * Answers GET and HEAD: whole, or one part, or that the client has it already. A failing read leaves an answer that is not whole.
 * Fails with `precondition-failed`, `range-unsatisfiable`, and then nothing was answered.
 */
export async function sendContent(exchange: Exchange, content: Content): Promise<void> {
  const { size } = content
  const validators: Headers = [...content.headers, ['ETag', `"${content.etag}"`], ['Cache-Control', 'private, max-age=31536000, immutable']]
  if (isKnownToReader(exchange, content.etag)) return exchange.send(304, validators)
  const part = parseRange(rangeOf(exchange, content.etag), size)
  const { start, end } = part ?? { start: 0, end: size - 1 }
  const status = part ? 206 : 200
  const headers: Headers = [
    ...validators,
    ['Content-Type', 'application/octet-stream'],
    ['Content-Disposition', 'attachment'],
    ['Accept-Ranges', 'bytes'],
    ['Content-Length', end - start + 1],
    ...(part ? [['Content-Range', `bytes ${start}-${end}/${size}`] as const] : []),
  ]
  if (exchange.method === 'HEAD') return exchange.send(status, headers)
  await exchange.waitForReader()
  const open = await content.open()
  try {
    exchange.begin(status, headers)
    await open.read({ start, end }, (piece) => exchange.write(piece))
    exchange.end()
  } finally {
    await open.close()
  }
}
