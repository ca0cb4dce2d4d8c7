import type { S3Client } from '@aws-sdk/client-s3'
import type { Patience } from '../bucket/object-client.ts'
import type { S3Place } from './place.ts'

export type Sdk = typeof import('@aws-sdk/client-s3')

/** A client of the SDK; the keys come from the SDK's own chain: environment, profile, web identity, container, instance. */
export function clientAt(sdk: Sdk, place: S3Place, endpoint: string | undefined, patience: Patience): S3Client {
  const agent = { keepAlive: true, maxSockets: 2048 }
  const client = new sdk.S3Client({
    ...(place.region === undefined ? {} : { region: place.region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: place.pathStyle,
    maxAttempts: patience.attempts,
    // Ours are compared block by block, and a store that is not AWS's may refuse what the SDK adds of itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    followRegionRedirects: true,
    requestHandler: {
      connectionTimeout: 5000,
      socketTimeout: patience.idle,
      requestTimeout: patience.answer,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  })
  // TLS and our sums guard what is sent; to sign it, too, would cost a second hash of each byte.
  if (endpoint === undefined || endpoint.startsWith('https:'))
    client.middlewareStack.add(
      (next) => (all) => {
        const { headers } = all.request as { headers: Record<string, string> }
        headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD'
        return next(all)
      },
      { step: 'build' },
    )
  return client
}
