import { isForFront, namedForFront, offloadHeader, pathAtFront } from './offload.ts'
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
  const named: Headers = [...content.headers, ['ETag', `"${content.etag}"`]]
  const forever: Headers = [['Cache-Control', 'private, max-age=31536000, immutable']]
  if (isKnownToReader(http, content.etag)) return { status: 304, headers: [...named, ...forever] }
  const part = parseRange(rangeOf(http, content.etag), size)
  const { start, end } = part ?? { start: 0, end: size - 1 }
  const type: Headers = [['Content-Type', 'application/octet-stream']]
  const acceptRanges: Headers = [['Accept-Ranges', 'bytes']]
  const kept: Headers = [...forever, ['Content-Disposition', 'attachment']]
  const atFront = isForFront(http, size, part) ? pathAtFront(http, await content.file?.()) : undefined
  if (atFront !== undefined) {
    http.atFront = { status: part ? 206 : 200, bytes: end - start + 1 }
    // nginx says of a whole answer itself that it has ranges, and of a part not.
    const given = namedForFront(part ? [...kept, ...acceptRanges] : kept)
    return { status: 200, headers: [...named, ...type, ...given, [offloadHeader, atFront]] }
  }
  const headers: Headers = [
    ...named,
    ...type,
    ...kept,
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
