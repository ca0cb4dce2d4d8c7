import { isIP } from 'node:net'
import { booleanOf, type BucketPlace, endpointOf, partSizeOf, prefixOf, readPlace, WrongPlace } from '../bucket/place.ts'

/** Where the objects lie, as the operator's URL says: `azblob://account/container/prefix?endpoint=…`. */
export interface AzurePlace extends BucketPlace {
  kind: 'azblob'
  account: string
  /** The account stands in the path, not in the host. */
  pathStyle: boolean
  /** A name that the account knows; what it means is set there. */
  encryptionScope: string | undefined
}

export const azureParameters = ['endpoint', 'publicEndpoint', 'pathStyle', 'encryptionScope', 'partSize'] as const

/** Throws WrongPlace. */
export function parseAzurePlace(text: string): AzurePlace {
  const { url, value } = readPlace(text, 'azblob:', azureParameters)
  const account = url.hostname
  if (!/^[a-z0-9]{3,24}$/.test(account)) throw new WrongPlace('form')
  const [, container = '', path = ''] = /^\/([^/]*)(.*)$/.exec(url.pathname) ?? []
  if (!/^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/.test(container)) throw new WrongPlace('bucket')
  const endpoint = endpointOf('endpoint', value('endpoint'))
  const encryptionScope = value('encryptionScope')
  if (encryptionScope !== undefined && !/^[A-Za-z0-9-]{3,63}$/.test(encryptionScope)) throw new WrongPlace('parameter', 'encryptionScope')
  return {
    kind: 'azblob',
    account,
    bucket: container,
    prefix: prefixOf(path),
    endpoint,
    publicEndpoint: endpointOf('publicEndpoint', value('publicEndpoint')),
    pathStyle: booleanOf('pathStyle', value('pathStyle')) ?? standsInPath(account, endpoint),
    encryptionScope,
    partSize: partSizeOf(value('partSize')),
  }
}

/** An address, or the name of a machine, has no account in it. */
function standsInPath(account: string, endpoint: string | undefined): boolean {
  if (endpoint === undefined) return false
  const { hostname } = new URL(endpoint)
  return !hostname.startsWith(`${account}.`) && (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || !hostname.includes('.'))
}

/** Of the service, below which containers lie. */
export function serviceUrl({ account, pathStyle }: AzurePlace, endpoint: string | undefined): string {
  return `${endpoint ?? `https://${account}.blob.core.windows.net`}/${pathStyle ? account : ''}`
}
