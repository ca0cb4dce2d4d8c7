import type { IncomingHttpHeaders } from 'node:http'
import type { ByteRange } from '#core/byte-range.ts'
import type { Headers } from './headers.ts'
import type { HttpRequest } from './http-request.ts'

/** What nginx reads of an answer, and takes out of it: the file that it sends in its place. */
export const offloadHeader = 'X-Accel-Redirect'
/** A front that could not open the file asks once more for the bytes themselves. */
const switchOff = 'x-longshore-offload'
/** What a socket takes at once is not worth a second lookup. */
const leastOffloaded = 64 * 1024

/**
 * Where the front that passed a request on finds our files: undefined unless one is set up, a trusted peer sent the request, and that
 * says so of it. A client of this machine has the address of a front that runs here, but passes nothing on.
 */
export function offloadPrefixFor(headers: IncomingHttpHeaders, isProxied: boolean, prefix: string | undefined): string | undefined {
  if (prefix === undefined || !isProxied || headers[switchOff] === 'off') return undefined
  return marksOfProxies.some((name) => headers[name] !== undefined) ? prefix : undefined
}

const marksOfProxies = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']

/**
 * Whether a front may send the answer. It reads `Range` and conditions itself and not as we do, so it gets those requests alone in
 * which nothing can be read in two ways.
 */
export function isForFront(
  http: Pick<HttpRequest, 'method' | 'header' | 'offloadPrefix'>,
  size: number,
  part: ByteRange | undefined,
): boolean {
  if (http.offloadPrefix === undefined || size < leastOffloaded || http.method !== 'GET') return false
  if (judgedHere.some((name) => http.header(name) !== undefined)) return false
  const range = http.header('range')
  return range === undefined || (part !== undefined && plainRange.test(range))
}

/** What the front is told to send; undefined: the bytes go out from here. */
export const pathAtFront = ({ offloadPrefix }: Pick<HttpRequest, 'offloadPrefix'>, file: string | undefined): string | undefined =>
  offloadPrefix !== undefined && file !== undefined && plainFile.test(file) ? offloadPrefix + file : undefined

/**
 * Headers of the bytes. By their own names nginx keeps these of an answer whose file it could not open, on whatever is answered in its place: a
 * 404 that is cached for a year. By ours it leaves them out, and the recipe (docs/operations.md) gives them with the file.
 */
export const namedForFront = (headers: Headers): Headers => headers.map(([name, value]) => [`X-Longshore-${name}`, value] as const)

/** Folders and a name in which nothing leads upwards and nothing needs an escape. */
const plainFile = /^[0-9A-Za-z][0-9A-Za-z_-]*(?:\/[0-9A-Za-z][0-9A-Za-z_-]*)*$/
const plainRange = /^bytes=(?:[0-9]{1,15}-[0-9]{0,15}|-[0-9]{1,15})$/
/** The file has a date and no digest: conditions would be judged by that. Pages of other origins need headers that the front leaves out. */
const judgedHere = ['if-match', 'if-modified-since', 'if-unmodified-since', 'origin']
