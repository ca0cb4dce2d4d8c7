import { matches } from './etag.ts'
import type { Exchange, Headers } from './exchange.ts'

/** Bytes under a name of their own, which never change. */
export interface Content {
  size: number
  etag: string
  /** More than what every answer with bytes has. */
  headers: Headers
  /** The part that the request asks for; undefined: all. May fail, and then nothing was answered. */
  part(): { start: number; end: number } | undefined
  open(): Promise<OpenContent>
}

export interface OpenContent {
  /** Gives the bytes from `start` up to and with `end`, piece by piece, while `take` says true. */
  read(part: { start: number; end: number }, take: (piece: Uint8Array) => Promise<boolean>): Promise<void>
  close(): Promise<void>
}

/** Answers GET and HEAD: whole, or one part, or that the client has it already. A failing read leaves an answer that is not whole. */
export async function sendContent(exchange: Exchange, content: Content): Promise<void> {
  const { size } = content
  const common: Headers = [
    ...content.headers,
    ['Content-Type', 'application/octet-stream'],
    ['Content-Disposition', 'attachment'],
    ['ETag', `"${content.etag}"`],
    ['Accept-Ranges', 'bytes'],
    ['Cache-Control', 'private, max-age=31536000, immutable'],
  ]
  if (matches(exchange.header('if-none-match'), content.etag)) return exchange.send(304, common)
  const part = content.part()
  const { start, end } = part ?? { start: 0, end: size - 1 }
  const status = part ? 206 : 200
  const headers: Headers = [
    ...common,
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
