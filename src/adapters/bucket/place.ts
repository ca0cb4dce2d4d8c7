import { parseByteCount } from '#core/byte-count.ts'

/** Where objects lie, as the operator's URL says it of every kind of store. */
export interface BucketPlace {
  bucket: string
  /** Empty, or ends with a slash. */
  prefix: string
  /** Of a store that is not the usual one of its kind. */
  endpoint: string | undefined
  /** Where clients reach the same store; `endpoint` when nothing is said. */
  publicEndpoint: string | undefined
  /** All parts have this size; without it they grow with the object. */
  partSize: number | undefined
}

/** What is wrong with such a URL. A secret is told by the name of its parameter alone. */
export class WrongPlace extends Error {
  readonly what: 'form' | 'bucket' | 'prefix' | 'credentials' | 'parameter' | 'endpoint' | 'encryption' | 'part-size'
  readonly parameter: string
  constructor(what: WrongPlace['what'], parameter = '') {
    super(`${what} ${parameter}`.trim())
    this.what = what
    this.parameter = parameter
  }
}

const mebibyte = 1024 * 1024
/** No buffer is larger than what memory has room for, and S3 takes no smaller part. */
const partSizes = { least: 5 * mebibyte, most: 64 * mebibyte }
const secretName = /key|secret|token|password|credential|signature|^sig$|x-amz/i

/** The URL and its parameters, of those alone that its kind has. */
export function readPlace<const Name extends string>(
  text: string,
  protocol: string,
  parameters: readonly Name[],
): { url: URL; value: (name: Name) => string | undefined } {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== protocol || url.hash !== '' || url.port !== '') throw new WrongPlace('form')
  if (url.username || url.password) throw new WrongPlace('credentials', 'user:password@')
  for (const name of url.searchParams.keys()) {
    if (parameters.some((each) => each === name)) continue
    throw new WrongPlace(secretName.test(name) ? 'credentials' : 'parameter', name)
  }
  return { url, value: (name) => url.searchParams.get(name) || undefined }
}

/** @param path with or without slashes at its ends */
export function prefixOf(path: string): string {
  const plain = path.replace(/^\/|\/$/g, '')
  if (!/^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,9})?$/.test(plain)) throw new WrongPlace('prefix')
  return plain === '' ? '' : `${plain}/`
}

export function endpointOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.username || url?.password) throw new WrongPlace('credentials', name)
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) throw new WrongPlace('endpoint', name)
  return url.origin
}

export function booleanOf(name: string, text: string | undefined): boolean | undefined {
  if (text !== undefined && text !== 'true' && text !== 'false') throw new WrongPlace('parameter', name)
  return text === undefined ? undefined : text === 'true'
}

export function partSizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const size = parseByteCount(text)
  if (size === undefined || size < partSizes.least || size > partSizes.most || size % mebibyte !== 0) throw new WrongPlace('part-size')
  return size
}
