import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSigners } from '#adapters/jose/signer.ts'
import { openMemoryBlobStore } from '#adapters/memory/blob-store.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { openLinkSigner } from '#adapters/system/link-signer.ts'
import { openSecretBox } from '#adapters/system/secret-box.ts'
import type { Distribution } from '#app/distribution/distribution.ts'
import { KeptPlatforms } from '#app/distribution/kept-platforms.ts'
import { refusedAmongServers } from '#app/distribution/unleased-answers.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import { renewCredential, showCredentials } from '#app/tokens/credentials.ts'
import { FailedLogins, RateLimits } from '#app/tokens/rate-limits.ts'
import { Emptying } from '#app/maintenance/emptying.ts'
import type { OpenStream } from '#http/answer.ts'
import type { HttpRequest } from '#http/http-request.ts'
import { plainRequest } from '#http/plain-request.ts'
import { answerTo } from '#http/surface.ts'
import { registryPlane } from '#main/registry-plane.ts'
import { putRegistry, type RegistryChange } from '#ports/metadata-scene.contract.ts'
import { acr } from '#surfaces/acr/surface.ts'
import { distributionSurface } from '#surfaces/distribution/surface.ts'
import { token } from '#surfaces/token/surface.ts'
import { FakeClock, hash, nextId, worldSettings } from './world.ts'

export const host = 'first.registry.example'

export interface Called {
  http: HttpRequest
  status: number
  /** Names in lower case; the last one counts. */
  headers: Readonly<Record<string, string | number>>
  text: string
}

export interface CallOptions {
  /** An Authorization header. */
  as?: string
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
}

/** The dialects of a registry, called without a socket over stores that lie in the memory. */
export async function openSurfaces(
  change: RegistryChange = {},
  wrap: readonly ((inner: Distribution) => Distribution)[] = [],
  withDeps: Readonly<Record<string, unknown>> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-surfaces-'))
  const [store, blobs, clock] = [openMemoryMetadataStore(), openMemoryBlobStore(), new FakeClock()]
  const secrets = openSecretBox(join(folder, 'secret.key'))
  const common = {
    store,
    blobs,
    clock,
    secrets,
    ids: { next: nextId },
    failpoint: () => {},
    unleased: refusedAmongServers,
    emptying: new Emptying({ store, clock }),
    platforms: new KeptPlatforms(),
    settings: worldSettings,
    hash,
  }
  const deps = {
    ...common,
    uploads: new Uploads(common),
    links: openLinkSigner(join(folder, 'secret.key')),
    signers: openSigners(common),
    failedLogins: new FailedLogins(clock),
    rateLimits: new RateLimits(clock),
    origins: { control: 'https://registry.example', domain: 'registry.example', own: [], firstRegistry: 'first' },
    ...withDeps,
  }
  const registry = await putRegistry(store, 'first', { adminEnabled: true, ...change })
  await renewCredential({ ...deps, random: (bytes) => randomBytes(bytes) }, registry, 'password')
  const password = (await showCredentials(deps, registry)).passwords[0]?.value
  const plane = registryPlane(deps, wrap)
  const distribution = distributionSurface()
  const admin = `Basic ${Buffer.from(`first:${password}`).toString('base64')}`

  async function call(method: string, url: string, { as = admin, headers = {}, body }: CallOptions = {}): Promise<Called> {
    const served = { registry, service: host, isName: (name: string) => name === host, realm: `https://${host}/oauth2/token` }
    const all = { ...(as === '' ? {} : { authorization: as }), ...headers }
    const http = plainRequest({ method, url, host, headers: all, ...(body === undefined ? {} : { body }) })
    const world = { deps: plane, served }
    const answer = url.startsWith('/v2/')
      ? await answerTo(distribution, { world, http })
      : await (url.startsWith('/acr/') ? answerTo(acr, { world, http }) : answerTo(token, { world, http }))
    if (!answer) throw new Error('the connection is cut')
    const named = Object.fromEntries((answer.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]))
    const sent = typeof answer.body === 'object' && 'open' in answer.body ? await readAll(await answer.body.open()) : (answer.body ?? '')
    return { http, status: answer.status, headers: named, text: Buffer.from(sent).toString() }
  }
  const close = async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  }
  return { call, close }
}

async function readAll(stream: OpenStream): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  await stream.read(async (piece) => pieces.push(Uint8Array.from(piece)) > 0)
  await stream.close()
  return Buffer.concat(pieces)
}
