import { parseByteCount } from '#core/byte-count.ts'

/** Where the objects lie, as the operator's URL says: `s3://bucket/prefix?region=…&endpoint=…`. */
export interface S3Place {
  bucket: string
  /** Empty, or ends with a slash. */
  prefix: string
  region: string | undefined
  /** Of a store that is not AWS's. */
  endpoint: string | undefined
  /** Where clients reach the same store; `endpoint` when nothing is said. */
  publicEndpoint: string | undefined
  /** The bucket stands in the path, not in the host. */
  pathStyle: boolean
  encryption: { kind: 'AES256' | 'aws:kms' | 'aws:kms:dsse'; keyId: string | undefined } | undefined
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

export const parameters = ['region', 'endpoint', 'publicEndpoint', 'pathStyle', 'sse', 'kmsKeyId', 'partSize'] as const

const mebibyte = 1024 * 1024
/** S3's own bounds of a part, but that no buffer is larger than what memory has room for. */
const partSizes = { least: 5 * mebibyte, most: 64 * mebibyte }
const secretName = /key|secret|token|password|credential|signature|x-amz/i
const encryptions = ['AES256', 'aws:kms', 'aws:kms:dsse'] as const

/** Throws WrongPlace. */
export function parseS3Place(text: string): S3Place {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 's3:' || url.hash !== '' || url.port !== '') throw new WrongPlace('form')
  if (url.username || url.password) throw new WrongPlace('credentials', 'user:password@')
  for (const name of url.searchParams.keys()) {
    if (parameters.some((each) => each === name)) continue
    throw new WrongPlace(secretName.test(name) ? 'credentials' : 'parameter', name)
  }
  const value = (name: (typeof parameters)[number]) => url.searchParams.get(name) || undefined
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.hostname)) throw new WrongPlace('bucket')
  const path = url.pathname.replace(/^\/|\/$/g, '')
  if (!/^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,9})?$/.test(path)) throw new WrongPlace('prefix')
  const endpoint = endpointOf('endpoint', value('endpoint'))
  const pathStyle = value('pathStyle')
  if (pathStyle !== undefined && pathStyle !== 'true' && pathStyle !== 'false') throw new WrongPlace('parameter', 'pathStyle')
  const region = value('region')
  if (region !== undefined && !/^[a-z0-9-]{1,40}$/.test(region)) throw new WrongPlace('parameter', 'region')
  return {
    bucket: url.hostname,
    prefix: path === '' ? '' : `${path}/`,
    region: region ?? (endpoint === undefined ? undefined : 'us-east-1'),
    endpoint,
    publicEndpoint: endpointOf('publicEndpoint', value('publicEndpoint')),
    pathStyle: pathStyle === undefined ? endpoint !== undefined : pathStyle === 'true',
    encryption: encryptionOf(value('sse'), value('kmsKeyId')),
    partSize: partSizeOf(value('partSize')),
  }
}

function endpointOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.username || url?.password) throw new WrongPlace('credentials', name)
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) throw new WrongPlace('endpoint', name)
  return url.origin
}

function encryptionOf(text: string | undefined, keyId: string | undefined): S3Place['encryption'] {
  const kind = encryptions.find((each) => each === text)
  if (text === undefined && keyId === undefined) return undefined
  if (!kind) throw new WrongPlace('encryption', text === undefined ? 'kmsKeyId' : 'sse')
  if (keyId !== undefined && kind === 'AES256') throw new WrongPlace('encryption', 'kmsKeyId')
  return { kind, keyId }
}

function partSizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const size = parseByteCount(text)
  if (size === undefined || size < partSizes.least || size > partSizes.most || size % mebibyte !== 0) throw new WrongPlace('part-size')
  return size
}
