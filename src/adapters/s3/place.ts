import { booleanOf, type BucketPlace, endpointOf, partSizeOf, prefixOf, readPlace, WrongPlace } from '../bucket/place.ts'

/** Where the objects lie, as the operator's URL says: `s3://bucket/prefix?region=…&endpoint=…`. */
export interface S3Place extends BucketPlace {
  kind: 's3'
  region: string | undefined
  /** The bucket stands in the path, not in the host. */
  pathStyle: boolean
  encryption: { kind: 'AES256' | 'aws:kms' | 'aws:kms:dsse'; keyId: string | undefined } | undefined
}

export const s3Parameters = ['region', 'endpoint', 'publicEndpoint', 'pathStyle', 'sse', 'kmsKeyId', 'partSize'] as const

const encryptions = ['AES256', 'aws:kms', 'aws:kms:dsse'] as const

// AWS's own are small letters; OpenStack begins with RegionOne. The SDK takes what may stand in a host's name.
const regionForm = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/

/** Throws WrongPlace. */
export function parseS3Place(text: string): S3Place {
  const { url, value } = readPlace(text, 's3:', s3Parameters)
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.hostname)) throw new WrongPlace('bucket')
  const prefix = prefixOf(url.pathname)
  const endpoint = endpointOf('endpoint', value('endpoint'))
  const pathStyle = booleanOf('pathStyle', value('pathStyle'))
  const region = value('region')
  if (region !== undefined && !regionForm.test(region)) throw new WrongPlace('parameter', 'region')
  return {
    kind: 's3',
    bucket: url.hostname,
    prefix,
    region: region ?? (endpoint === undefined ? undefined : 'us-east-1'),
    endpoint,
    publicEndpoint: endpointOf('publicEndpoint', value('publicEndpoint')),
    pathStyle: pathStyle ?? endpoint !== undefined,
    encryption: encryptionOf(value('sse'), value('kmsKeyId')),
    partSize: partSizeOf(value('partSize')),
  }
}

function encryptionOf(text: string | undefined, keyId: string | undefined): S3Place['encryption'] {
  const kind = encryptions.find((each) => each === text)
  if (text === undefined && keyId === undefined) return undefined
  if (!kind) throw new WrongPlace('encryption', text === undefined ? 'kmsKeyId' : 'sse')
  if (keyId !== undefined && kind === 'AES256') throw new WrongPlace('encryption', 'kmsKeyId')
  return { kind, keyId }
}
