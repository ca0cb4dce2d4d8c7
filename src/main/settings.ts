import { hostsOf, shownHosts } from '#adapters/postgres/hosts.ts'
import { parse as parsePath } from 'node:path'
import { type AzurePlace, azureParameters, parseAzurePlace } from '#adapters/azblob/place.ts'
import { WrongPlace } from '#adapters/bucket/place.ts'
import { parseS3Place, type S3Place, s3Parameters } from '#adapters/s3/place.ts'
import type { CliKey } from '#words/cli.ts'
import { isIP } from 'node:net'
import { parseByteCount } from '#core/byte-count.ts'
import type { ListenAddress } from '#http/listener.ts'
import { parseFailpoint, type ArmedFailpoint } from '#ports/failpoint.ts'

/** Reads one value from its text. Throws a sentence that tells what is allowed. */
type Parse<Value> = (text: string) => Value

export interface Setting<Value> {
  parse: Parse<Value>
  /** As it would be written. */
  fallback: string
  /** As it may be shown where it is right: what of it is secret is left out. The catalogue's key of its explanation is `setting.<name>`. */
  shown?: (text: string) => string
  hidden?: boolean
}

export type Duration = number
export type ByteCount = number

type AllowedIn<Name> = Name extends `expected.${infer Allowed}` ? Allowed : never
type Allowed = AllowedIn<CliKey>

/** What would have been right, by its key in the catalogues. */
export class NotAllowed extends Error {
  readonly allowed: string
  readonly choices: string
  constructor(allowed: Allowed, choices = '') {
    super(`expected ${allowed} ${choices}`.trim())
    this.allowed = `expected.${allowed}`
    this.choices = choices
  }
}

const refuse = (allowed: Allowed, choices?: string): never => {
  throw new NotAllowed(allowed, choices)
}

const listener: Parse<ListenAddress | 'off'> = (text) => {
  if (text === 'off') return 'off'
  const match = /^(\[[0-9a-fA-F:]+\]|[^:\s]+):([0-9]{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (!match || port > 65535) return refuse('listener')
  return { host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port }
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const duration: Parse<Duration> = (text) => {
  const match = /^([0-9]{1,9})(ms|s|m|h|d)$/.exec(text)
  return match ? Number(match[1]) * (units[match[2] ?? ''] ?? 1) : refuse('duration')
}

const bytes: Parse<ByteCount> = (text) => parseByteCount(text) ?? refuse('size')

const bytesOrNone: Parse<ByteCount | null> = (text) => (text === 'none' ? null : bytes(text))

const count: Parse<number> = (text) => (/^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : refuse('count'))

/** A first start holds one while it works by another. */
const several: Parse<number> = (text) => {
  const value = count(text)
  return value >= 2 ? value : refuse('several')
}

/** A front's name and the path that it keeps for us: plain words between slashes, so that nothing in it can be read in two ways. */
const offload: Parse<{ prefix: string } | 'off'> = (text) => {
  if (text === 'off') return 'off'
  const [, prefix] = /^nginx:(\/(?:[A-Za-z0-9][A-Za-z0-9_-]{0,63}\/){1,8})$/.exec(text) ?? []
  return prefix === undefined ? refuse('offload') : { prefix }
}

const group: Parse<string> = (text) => (/^(?:[a-z_][a-z0-9_.-]{0,63}|[0-9]{1,9})?$/i.test(text) ? text : refuse('group'))

const oneOf =
  <const Choice extends string>(...choices: Choice[]): Parse<Choice> =>
  (text) =>
    choices.find((each) => each === text) ?? refuse('choice', choices.join(', '))

/** SQLite in the data folder, or the URL of a PostgreSQL. */
const store: Parse<string> = (text) => (text === 'sqlite' || hostsOf(text) ? text : refuse('store'))

/** Without the password that a URL may have. */
export const storeName = (text: string): string => shownHosts(text) ?? text

const azure = 'azblob:'
const parametersOf = (text: string): readonly string[] => (text.startsWith(azure) ? azureParameters : s3Parameters)

/** The data folder, or the URL of a bucket. */
const blobs: Parse<'files' | S3Place | AzurePlace> = (text) => {
  if (text === '' || text === 'files') return 'files'
  try {
    return text.startsWith(azure) ? parseAzurePlace(text) : parseS3Place(text)
  } catch (error) {
    if (!(error instanceof WrongPlace)) throw error
    const { what, parameter } = error
    if (what === 'parameter') return refuse('blobs-parameter', parametersOf(text).join(', '))
    return refuse(what === 'form' ? 'blobs' : `blobs-${what}`, parameter)
  }
}

/** For people. */
export function blobsName(place: S3Place | AzurePlace): string {
  const { kind, bucket, prefix, endpoint } = place
  const account = kind === 'azblob' ? `${place.account}/` : ''
  return `${kind}://${account}${bucket}/${prefix}${endpoint === undefined ? '' : ` (${endpoint})`}`
}

/** Of which registries blobs are got from the store itself. */
const downloads: Parse<'served' | 'signed' | readonly string[]> = (text) => {
  if (text === 'served' || text === 'signed') return text
  const [, names] = /^signed:([a-z0-9]+(?:,[a-z0-9]+)*)$/i.exec(text) ?? []
  return names === undefined ? refuse('downloads') : names.toLowerCase().split(',')
}

const servers: Parse<number | 'auto'> = (text) => {
  const choice = oneOf('auto', '1', '2', '3', '4', '5', '6', '7', '8')(text)
  return choice === 'auto' ? choice : Number(choice)
}

const fewThreads: Parse<number> = (text) => Number(oneOf('1', '2', '3', '4')(text))

const list =
  <Value>(item: Parse<Value>): Parse<Value[]> =>
  (text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '')
      .map(item)

const hostName: Parse<string> = (text) => {
  const lower = text.toLowerCase().replace(/^\[|\]$/g, '')
  if (isIP(lower) !== 0) return lower
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
  if (!new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*$`).test(lower) || lower.length > 253) return refuse('host-name')
  return lower
}

const domain: Parse<string> = (text) => {
  const name = hostName(text)
  return name.includes('*') || isIP(name) !== 0 ? refuse('domain') : name
}

const network: Parse<string> = (text) => {
  const [address = '', prefix] = text.split('/')
  const family = isIP(address)
  const longest = family === 6 ? 128 : 32
  if (family === 0 || (prefix !== undefined && !(/^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= longest))) return refuse('network')
  return text
}

const origin: Parse<URL | undefined> = (text) => {
  if (text === '') return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash || url.username) return refuse('origin')
  return url
}

const pageOrigin: Parse<string> = (text) => origin(text)?.origin ?? refuse('origin')

const path: Parse<string> = (text) => text
/** A data directory is made private, with folders of its own: the root of a file system is everybody's. */
const folder: Parse<string> = (text) => (parsePath(text).root === text ? refuse('folder') : text)
const failpoint: Parse<ArmedFailpoint | undefined> = (text) => {
  try {
    return text === '' ? undefined : parseFailpoint(text)
  } catch (error) {
    throw new NotAllowed('choice', (error as Error).message)
  }
}

/** Everything that can be set. The name in YAML; `LONGSHORE_` and capitals in the environment; dashes as a flag. */
export const settings = {
  dataDir: { parse: folder, fallback: '' },
  store: { parse: store, fallback: 'sqlite', shown: storeName },
  storePasswordFile: { parse: path, fallback: '' },
  storeConnections: { parse: several, fallback: '16' },
  storeTimeout: { parse: duration, fallback: '15s' },
  secretKeyFile: { parse: path, fallback: '' },
  blobs: { parse: blobs, fallback: 'files' },
  blobsKeyFile: { parse: path, fallback: '' },
  http: { parse: listener, fallback: '127.0.0.1:5000' },
  https: { parse: listener, fallback: '127.0.0.1:5443' },
  admin: { parse: listener, fallback: '127.0.0.1:5001' },
  publicUrl: { parse: origin, fallback: '' },
  domain: { parse: domain, fallback: 'longshore.localhost' },
  names: { parse: list(hostName), fallback: '' },
  trustedProxies: { parse: list(network), fallback: '' },
  corsOrigins: { parse: list(pageOrigin), fallback: '' },
  passwordFile: { parse: path, fallback: '' },
  tlsCert: { parse: path, fallback: '' },
  tlsKey: { parse: path, fallback: '' },
  sparse: { parse: oneOf('off', 'index', 'all'), fallback: 'index' },
  storageLimit: { parse: bytesOrNone, fallback: 'none' },
  largestBlob: { parse: bytes, fallback: '200GiB' },
  smallBlob: { parse: bytes, fallback: '16KiB' },
  blobOffload: { parse: offload, fallback: 'off' },
  blobOffloadGroup: { parse: group, fallback: '' },
  blobDownloads: { parse: downloads, fallback: 'served' },
  blobRedirect: { parse: oneOf('lenient', 'strict'), fallback: 'lenient' },
  diskFloor: { parse: bytes, fallback: '256MiB' },
  gcInterval: { parse: duration, fallback: '1m' },
  gcLease: { parse: duration, fallback: '24h' },
  gcDelay: { parse: duration, fallback: '24h' },
  uploadLife: { parse: duration, fallback: '7d' },
  historyLife: { parse: duration, fallback: '90d' },
  historyMost: { parse: count, fallback: '1000000' },
  maxRequests: { parse: count, fallback: '512' },
  maxRequestsPerAddress: { parse: count, fallback: '384' },
  maxTransfers: { parse: count, fallback: '1024' },
  maxTransfersPerAddress: { parse: count, fallback: '768' },
  maxUnauthenticated: { parse: count, fallback: '1024' },
  maxConnections: { parse: count, fallback: '16384' },
  maxConnectionsPerAddress: { parse: count, fallback: '4096' },
  maxOpenUploads: { parse: count, fallback: '1024' },
  maxUploads: { parse: count, fallback: '10000' },
  maxWait: { parse: duration, fallback: '10s' },
  slowClient: { parse: duration, fallback: '60s' },
  hsts: { parse: oneOf('host', 'subdomains', 'off'), fallback: 'host' },
  servers: { parse: servers, fallback: 'auto' },
  passwordThreads: { parse: fewThreads, fallback: '2' },
  shutdownGrace: { parse: duration, fallback: '30s' },
  logLevel: { parse: oneOf('silent', 'error', 'info', 'debug'), fallback: 'info' },
  failpoint: { parse: failpoint, fallback: '', hidden: true },
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof settings
export type Config = { readonly [Name in SettingName]: ReturnType<(typeof settings)[Name]['parse']> }
