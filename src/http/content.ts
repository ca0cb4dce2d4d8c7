import { isForFront, offloadHeader, pathAtFront } from './offload.ts'
import { parseRange } from './range.ts'
import { isKnownToReader, rangeOf } from './conditions.ts'
import type { Answer } from './answer.ts'
import type { Headers } from './headers.ts'
import type { HttpRequest } from './http-request.ts'

/** Bytes under a name of their own, which never change. */
export interface Content {
  size: number
  etag: string
  /** More than what every answer with bytes has. */
  headers: Headers
  /** Where a front finds them, below its own path; undefined where they are no whole file of their own. */
  file?: (() => Promise<string | undefined>) | undefined
  open(): Promise<OpenContent>
}

export interface OpenContent {
  /** Gives the bytes from `start` up to and with `end`, piece by piece, while `take` says true. */
  read(part: { start: number; end: number }, take: (piece: Uint8Array) => Promise<boolean>): Promise<void>
  close(): Promise<void>
}

/**
 * Of GET and HEAD: whole, or one part, or that the client has it already.
 * Fails with `precondition-failed`, `range-unsatisfiable`.
 */
export async function contentAnswer(http: HttpRequest, content: Content): Promise<Answer> {
  const { size } = content
  const validators: Headers = [...content.headers, ['ETag', `"${content.etag}"`], ['Cache-Control', 'private, max-age=31536000, immutable']]
  if (isKnownToReader(http, content.etag)) return { status: 304, headers: validators }
  const part = parseRange(rangeOf(http, content.etag), size)
  const { start, end } = part ?? { start: 0, end: size - 1 }
  const acceptRanges: Headers = [['Accept-Ranges', 'bytes']]
  const common: Headers = [...validators, ['Content-Type', 'application/octet-stream'], ['Content-Disposition', 'attachment']]
  const atFront = isForFront(http, size, part) ? pathAtFront(http, await content.file?.()) : undefined
  if (atFront !== undefined) {
    http.offloaded = end - start + 1
    // nginx says it of a whole answer itself, and of a part not.
    return { status: 200, headers: [...common, ...(part ? acceptRanges : []), [offloadHeader, atFront]] }
  }
  const headers: Headers = [
    ...common,
    ...acceptRanges,
    ['Content-Length', end - start + 1],
    ...(part ? [['Content-Range', `bytes ${start}-${end}/${size}`] as const] : []),
  ]
  const open = async () => {
    const opened = await content.open()
    return { read: (take: Take) => opened.read({ start, end }, take), close: () => opened.close() }
  }
  return { status: part ? 206 : 200, headers, body: { open } }
}

type Take = (piece: Uint8Array) => Promise<boolean>
