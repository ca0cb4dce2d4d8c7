import { Readable } from 'node:stream'
import type { S3Client as SdkClient } from '@aws-sdk/client-s3'
import { boundedAnswer } from '../bucket/bounded-answer.ts'
import type { Patience } from '../bucket/object-client.ts'
import type { S3Place } from './place.ts'

export type Sdk = typeof import('@aws-sdk/client-s3')

/** TLS and our sums guard what is sent; to sign it, too, would cost a second hash of each byte. */
export const signsBodies = (endpoint: string | undefined): boolean => endpoint !== undefined && !endpoint.startsWith('https:')

/** A command, or a client with all of its commands. */
export interface Signable {
  readonly middlewareStack: { add: (middleware: never, options: { step: 'build' }) => void }
}

/** Has a request signed as one of a body with this hash: that of its own, or the SDK would hash it again with each try. */
export function signAs(sha256: string, { middlewareStack }: Signable): void {
  const name =
    <All extends { request: { headers: Record<string, string> } }, Answer>(next: (all: All) => Answer) =>
    (all: All): Answer => {
      all.request.headers['x-amz-content-sha256'] = sha256
      return next(all)
    }
  middlewareStack.add(name as never, { step: 'build' })
}

/** A client of the SDK; the keys come from the SDK's own chain: environment, profile, web identity, container, instance. */
export function clientAt(
  sdk: Sdk,
  place: S3Place,
  endpoint: string | undefined,
  patience: Patience,
  environment: NodeJS.ProcessEnv = process.env,
): SdkClient {
  // The SDK reads the first of these and a profile's; AWS's command line and its other SDKs the second, too.
  const region = place.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION
  const agent = { keepAlive: true, maxSockets: 2048 }
  const client = new sdk.S3Client({
    ...(region === undefined ? {} : { region }),
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
  // What is kept is read as it comes; what is said is read whole by the SDK.
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (all) => {
        const answer = await next(all)
        const { statusCode, body } = answer.response as { statusCode: number; body: unknown }
        if (body instanceof Readable && !(commandName === 'GetObjectCommand' && statusCode < 300))
          Object.assign(answer.response as object, { body: Readable.from(said(body, patience.answer)) })
        return answer
      },
    { step: 'deserialize', priority: 'low' },
  )
  if (!signsBodies(endpoint)) signAs('UNSIGNED-PAYLOAD', client)
  return client
}

async function* said(body: Readable, patience: number): AsyncGenerator<Buffer, void, void> {
  try {
    yield* boundedAnswer(body, patience)
  } catch (error) {
    // Without this the SDK adds to the sentence what is there for who debugs it.
    throw Object.assign(error as Error, { $metadata: {} })
  }
}
