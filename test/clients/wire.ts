// Asks a registry directly, without any client: what the tests compare a client's doings with.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import type { Credential } from './server.ts'

export type Listener = 'https' | 'http'
export type Endpoint = { listener: Listener; host: string; url: string; ca?: string }
export type Answer = { status: number; headers: http.IncomingHttpHeaders; body: Buffer }
export type SendOptions = { headers?: Record<string, string>; body?: string | Buffer; credential?: Credential }

export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
}

export function send(endpoint: Endpoint, method: string, path: string, options: SendOptions = {}): Promise<Answer> {
  const url = new URL(path, endpoint.url)
  const { credential, body } = options
  const headers: Record<string, string> = { ...options.headers }
  if (credential) headers.authorization = `Basic ${Buffer.from(`${credential.user}:${credential.password}`).toString('base64')}`
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body))
  return new Promise((resolve, reject) => {
    const client = url.protocol === 'https:' ? https : http
    const request = client.request(url, { method, headers, ...(endpoint.ca && { ca: endpoint.ca }), agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

export type StoredManifest = { digest: string; mediaType: string; json: ManifestJson; body: Buffer }
export type Descriptor = {
  mediaType: string
  digest: string
  size: number
  artifactType?: string
  urls?: string[]
  annotations?: Record<string, string>
  platform?: { architecture: string; os: string }
}
export type ManifestJson = {
  mediaType?: string
  artifactType?: string
  config?: Descriptor
  layers?: Descriptor[]
  manifests?: Descriptor[]
  subject?: Descriptor
  annotations?: Record<string, string>
}

/** The manifest a registry holds, checked against the digest it claims; undefined when it holds none. */
export async function manifest(
  endpoint: Endpoint,
  repository: string,
  reference: string,
  credential?: Credential,
): Promise<StoredManifest | undefined> {
  const answer = await send(endpoint, 'GET', `/v2/${repository}/manifests/${reference}`, {
    headers: { accept: Object.values(mediaTypes).join(', ') },
    ...(credential && { credential }),
  })
  if (answer.status === 404) return undefined
  assert.equal(answer.status, 200, `GET manifest ${repository}:${reference} answered ${answer.status} ${answer.body}`)
  const digest = sha256(answer.body)
  assert.equal(answer.headers['docker-content-digest'], digest)
  return { digest, mediaType: answer.headers['content-type'] ?? '', json: JSON.parse(answer.body.toString()), body: answer.body }
}

export function sha256(bytes: string | Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
