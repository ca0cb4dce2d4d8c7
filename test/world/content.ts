import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { header, json, type Principal, send, type SendOptions, type Target, type Answer } from './send.ts'

export type Algorithm = 'sha256' | 'sha512'

export const digestOf = (bytes: string | Uint8Array, algorithm: Algorithm = 'sha256'): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`

export const mediaTypes = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  empty: 'application/vnd.oci.empty.v1+json',
} as const

export interface Descriptor {
  mediaType: string
  digest: string
  size: number
  [more: string]: unknown
}

export const describeBytes = (mediaType: string, bytes: Uint8Array, algorithm: Algorithm = 'sha256'): Descriptor => ({
  mediaType,
  digest: digestOf(bytes, algorithm),
  size: bytes.length,
})

export const someBytes = (length = 64): Buffer => randomBytes(length)

/** The path of an upload's `Location`, with more of a query. */
export function locationOf(answer: Answer, query = ''): string {
  const url = new URL(header(answer, 'location'), 'http://registry.example')
  const path = url.pathname + url.search
  return query === '' ? path : `${path}${url.search === '' ? '?' : '&'}${query}`
}

export async function startUpload(target: Target, repository: string, options: SendOptions = {}): Promise<Answer> {
  const answer = await send(target, 'POST', `/v2/${repository}/blobs/uploads/`, options)
  assert.equal(answer.status, 202, answer.body.toString())
  return answer
}

/** Pushes a blob in one POST. */
export async function pushBlob(target: Target, repository: string, bytes: Uint8Array, as: Principal = 'admin'): Promise<string> {
  const digest = digestOf(bytes)
  const answer =
    bytes.length > 0
      ? await send(target, 'POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: bytes, as })
      : await send(target, 'PUT', locationOf(await startUpload(target, repository, { as }), `digest=${digest}`), { as })
  assert.equal(answer.status, 201, answer.body.toString())
  return digest
}

export function putManifest(
  target: Target,
  repository: string,
  reference: string,
  manifest: object | string | Uint8Array,
  options: SendOptions & { mediaType?: string } = {},
): Promise<Answer> {
  const body = typeof manifest === 'string' || manifest instanceof Uint8Array ? manifest : JSON.stringify(manifest)
  const { mediaType = mediaTypes.image, ...rest } = options
  return send(target, 'PUT', `/v2/${repository}/manifests/${reference}`, {
    body,
    ...rest,
    headers: { 'content-type': mediaType, ...rest.headers },
  })
}

export interface Image {
  manifest: Buffer
  digest: string
  config: Buffer
  layers: Buffer[]
  descriptor: Descriptor
}

/** An image nobody had before. */
export function makeImage(extra: object = {}, layerSizes: readonly number[] = [200]): Image {
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', made: randomBytes(8).toString('hex') }))
  const layers = layerSizes.map((size) => randomBytes(size))
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.image,
      config: describeBytes(mediaTypes.config, config),
      layers: layers.map((each) => describeBytes(mediaTypes.layer, each)),
      ...extra,
    }),
  )
  return { manifest, digest: digestOf(manifest), config, layers, descriptor: describeBytes(mediaTypes.image, manifest) }
}

export async function pushImage(
  target: Target,
  repository: string,
  reference: string,
  image: Image = makeImage(),
  as: Principal = 'admin',
): Promise<Image> {
  for (const blob of [...image.layers, image.config]) await pushBlob(target, repository, blob, as)
  const answer = await putManifest(target, repository, reference, image.manifest, { as })
  assert.equal(answer.status, 201, answer.body.toString())
  return image
}

/** An access token of the admin user for these scopes only: the narrow principals of the tests. */
export async function tokenFor(target: Target & { loginServer: string }, ...scopes: string[]): Promise<{ token: string }> {
  const query = new URLSearchParams([['service', target.loginServer], ...scopes.map((scope) => ['scope', scope] as [string, string])])
  const answer = await send(target, 'GET', `/oauth2/token?${query}`)
  assert.equal(answer.status, 200, answer.body.toString())
  return { token: json<{ access_token: string }>(answer).access_token }
}

export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>
