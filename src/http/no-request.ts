import type { Socket } from 'node:net'

/** What came was no request, or beyond the limits of one. */
export type NoRequestStatus = 400 | 408 | 413 | 414 | 431 | 501 | 505

const reasons: Readonly<Record<NoRequestStatus, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
}

/** What is told to a person who reads it. */
export const noRequestMessages: Readonly<Record<NoRequestStatus, string>> = {
  400: 'the request is not HTTP as it should be',
  408: 'the request did not come in time',
  413: 'the chunk extensions of the body are too large',
  414: 'the URL is too long',
  431: 'the headers are too large or too many: up to 16 KiB and 100 of them',
  501: 'the method is none of this server: it has GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS',
  505: 'this server speaks HTTP/1.1',
}

const statuses: Readonly<Record<string, NoRequestStatus>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_INVALID_METHOD: 501,
}
const otherVersion = /^(?:PRI \* HTTP\/2\.0\r\n|[A-Z]+ \S+ HTTP\/(?!1\.[01])[0-9]\.[0-9]\r\n)/

/** By what the parser says it stumbled over. */
export function noRequestStatus(error: NodeJS.ErrnoException & { rawPacket?: Buffer }): NoRequestStatus {
  if (error.code === 'HPE_HEADER_OVERFLOW') return isOfTarget(error.rawPacket) ? 414 : 431
  if (otherVersion.test(error.rawPacket?.toString('latin1', 0, 16 * 1024) ?? '')) return 505
  return statuses[error.code ?? ''] ?? 400
}

/** Whether it is the first line that is too long: nothing of it ends in what the parser was given. */
const isOfTarget = (packet: Buffer | undefined): boolean =>
  packet !== undefined && /^[A-Z]+ \//.test(packet.toString('latin1', 0, 40)) && !packet.subarray(0, 16 * 1024).includes('\r\n')

/** Writes an answer where there is no exchange to write one. */
export function answerNoRequest(socket: Socket, status: NoRequestStatus, body: string): void {
  const headers = [
    `HTTP/1.1 ${status} ${reasons[status]}`,
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: application/json; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`)
}
