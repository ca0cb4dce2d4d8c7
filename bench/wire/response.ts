export interface ParsedHead {
  status: number
  headers: Map<string, string>
  /** Bytes of the head, its empty line included. */
  length: number
  contentLength: number
  chunked: boolean
  /** Neither a length nor chunks: the body ends with the connection. */
  untilClose: boolean
  closes: boolean
}

/** The head of a final response (an interim 1xx is passed over), or undefined while it is not whole. */
export function parseHead(bytes: Buffer, method: string): ParsedHead | undefined {
  let start = 0
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n', start)
    if (end < 0) return undefined
    const lines = bytes.toString('latin1', start, end).split('\r\n')
    const status = Number(lines[0]?.split(' ')[1])
    start = end + 4
    if (status >= 100 && status < 200) continue

    const headers = new Map<string, string>()
    for (const line of lines.slice(1)) {
      const colon = line.indexOf(':')
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
    }
    const bodiless = method === 'HEAD' || status === 204 || status === 304
    const chunked = !bodiless && headers.get('transfer-encoding')?.toLowerCase() === 'chunked'
    const length = headers.get('content-length')
    const untilClose = !bodiless && !chunked && length === undefined
    return {
      status,
      headers,
      length: start,
      contentLength: bodiless ? 0 : Number(length ?? 0),
      chunked,
      untilClose,
      closes: untilClose || headers.get('connection')?.toLowerCase() === 'close',
    }
  }
}

/** The body out of its chunks, or undefined while the last chunk is missing. */
export function parseChunked(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const end = bytes.indexOf('\r\n', at)
    if (end < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16)
    const next = end + 2 + size + 2
    if (next > bytes.length) return undefined
    if (size === 0) return Buffer.concat(parts)
    parts.push(bytes.subarray(end + 2, end + 2 + size))
    at = next
  }
}
