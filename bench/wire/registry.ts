import type { Authorization } from './authorization.ts'
import { Connection, type Request, type Response } from './connection.ts'
import { acceptManifests, type Blob, type Image, manifestType } from './content.ts'
import type { Endpoint } from './endpoint.ts'

const binary = { 'content-type': 'application/octet-stream' }

/** The few verbs of the distribution API that a load is made of, on one connection; anything unexpected throws. */
export class RegistryClient {
  readonly connection: Connection
  private readonly endpoint: Endpoint
  private readonly basic: boolean

  /** `basic`: send the password with each request, for work over more repositories than tokens are worth. */
  constructor(endpoint: Endpoint, options: { basic?: boolean; blockSize?: number } = {}) {
    this.endpoint = endpoint
    this.basic = options.basic === true
    this.connection = new Connection(endpoint.port, options.blockSize)
  }

  close(): void {
    this.connection.close()
  }

  /** Monolithic: POST, then everything in the PUT. */
  async pushBlob(repository: string, blob: Blob): Promise<void> {
    const { location, authorization } = await this.startUpload(repository)
    await this.expect(201, {
      method: 'PUT',
      path: withDigest(location, blob.digest),
      headers: { ...authorization, ...binary },
      body: blob.bytes,
    })
  }

  async pushBlobInChunks(repository: string, blob: Blob, chunkSize: number): Promise<void> {
    const { location, authorization } = await this.startUpload(repository)
    let next = location
    for (let start = 0; start < blob.bytes.length; start += chunkSize) {
      const body = blob.bytes.subarray(start, start + chunkSize)
      const range = { 'content-range': `${start}-${start + body.length - 1}` }
      const headers = { ...authorization, ...binary, ...range }
      next = locationOf(await this.expect(202, { method: 'PATCH', path: next, headers, body }))
    }
    await this.expect(201, { method: 'PUT', path: withDigest(next, blob.digest), headers: { ...authorization } })
  }

  /** Links a blob that `from` has into `repository`; pushes it where the server will not. */
  async mountBlob(repository: string, from: string, blob: Blob): Promise<void> {
    const path = `/v2/${repository}/blobs/uploads/`
    const authorization = await this.authorize('POST', path)
    const query = `?mount=${blob.digest}&from=${encodeURIComponent(from)}`
    const answer = await this.expect([201, 202], { method: 'POST', path: path + query, headers: { ...authorization } })
    if (answer.status === 201) return
    const headers = { ...authorization, ...binary }
    const put = { method: 'PUT', path: withDigest(locationOf(answer), blob.digest), headers, body: blob.bytes }
    await this.expect(201, put)
  }

  async putManifest(repository: string, reference: string, manifest: Blob, mediaType = manifestType): Promise<void> {
    const path = `/v2/${repository}/manifests/${reference}`
    const authorization = await this.authorize('PUT', path)
    const headers = { ...authorization, 'content-type': mediaType }
    await this.expect(201, { method: 'PUT', path, headers, body: manifest.bytes })
  }

  async deleteManifest(repository: string, digest: string): Promise<void> {
    const path = `/v2/${repository}/manifests/${digest}`
    await this.expect(202, { method: 'DELETE', path, headers: { ...(await this.authorize('DELETE', path)) } })
  }

  async deleteRepository(repository: string): Promise<void> {
    const path = `/acr/v1/${repository}`
    await this.expect(202, { method: 'DELETE', path, headers: { ...(await this.authorize('DELETE', path)) } })
  }

  async pushImage(repository: string, tag: string, image: Image): Promise<void> {
    for (const layer of image.layers) await this.pushBlob(repository, layer)
    await this.pushBlob(repository, image.config)
    await this.putManifest(repository, tag, image.manifest)
  }

  /** Pulls as a client with an empty store does: manifest, config, layers. */
  async pullImage(repository: string, tag: string): Promise<void> {
    const answer = await this.get(`/v2/${repository}/manifests/${tag}`, { accept: acceptManifests })
    const manifest = JSON.parse(answer.body.toString()) as { config: { digest: string }; layers: { digest: string }[] }
    for (const { digest } of [manifest.config, ...manifest.layers]) await this.getBlob(repository, digest)
  }

  /** Reads a blob and forgets it; answers its length. */
  async getBlob(repository: string, digest: string): Promise<number> {
    const path = `/v2/${repository}/blobs/${digest}`
    const headers = { ...(await this.authorize('GET', path)) }
    const answer = await this.expect([200, 307], { method: 'GET', path, headers, discard: true })
    if (answer.status === 200) return answer.wireLength
    return (await this.expect(200, { method: 'GET', path: locationOf(answer), discard: true })).wireLength
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.expect(200, { method: 'GET', path, headers: { ...headers, ...(await this.authorize('GET', path)) } })
  }

  private async startUpload(repository: string): Promise<{ location: string; authorization: Authorization }> {
    const path = `/v2/${repository}/blobs/uploads/`
    const authorization = await this.authorize('POST', path)
    const answer = await this.expect(202, { method: 'POST', path, headers: { ...authorization } })
    return { location: locationOf(answer), authorization }
  }

  private authorize(method: string, path: string): Authorization | Promise<Authorization> {
    return this.basic ? this.endpoint.basic() : this.endpoint.authorize(method, path)
  }

  private async expect(status: number | readonly number[], request: Request): Promise<Response> {
    const answer = await this.connection.send(request)
    if (status === answer.status || (Array.isArray(status) && status.includes(answer.status))) return answer
    const words = answer.body.toString('utf8', 0, 300)
    throw new Error(`${request.method} ${request.path}: ${answer.status}, not ${status}: ${words}`)
  }
}

function locationOf(answer: Response): string {
  const location = new URL(answer.headers.get('location') ?? '', 'http://127.0.0.1')
  return location.pathname + location.search
}

function withDigest(location: string, digest: string): string {
  return `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`
}
