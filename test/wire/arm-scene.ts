import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes, randomUUID } from 'node:crypto'
import { openSigners } from '#adapters/jose/signer.ts'
import { openMemoryBlobStore } from '#adapters/memory/blob-store.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { joseAssertions } from '#adapters/jose/assertions.ts'
import { certificateReader } from '#adapters/x509/certificate-reader.ts'
import { argon2Hasher } from '#adapters/system/password-hasher.ts'
import { openSecretBox } from '#adapters/system/secret-box.ts'
import { issueDirectoryToken } from '#app/identity/tokens.ts'
import { builtInRoles } from '#core/built-in-roles.ts'
import { keyOf, subscriptionType } from '#core/resource-id.ts'
import { plainRequest } from '#http/plain-request.ts'
import { answerTo } from '#http/surface.ts'
import type { DirectoryObject } from '#ports/directory.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { ArmDeps } from '#surfaces/arm/context.ts'
import { arm } from '#surfaces/arm/surface.ts'
import { checkAnswer } from '../specs/description.ts'
import { credentialOf } from './credential-of.ts'

export const newest = '2026-09-01-preview'
const control = 'https://localhost:5443'

export interface ArmAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** Undefined when nothing was sent. */
  body: unknown
}

export interface Asking {
  as?: string
  body?: unknown
  version?: string
  headers?: Record<string, string>
  query?: Readonly<Record<string, string>>
}

/** ARM without a socket, over a store in memory, with a subscription, a group `rg` and an owner; every answer is held against Azure's description. */
export interface ArmScene {
  deps: ArmDeps
  subscription: string
  /** `<subscription>/resourceGroups/rg` */
  group: string
  clock: { now: number }
  ask(method: string, path: string, asking?: Asking): Promise<ArmAnswer>
  /** A user with roles, by name, at scopes; its token. */
  person(name: string, roles?: Readonly<Record<string, string>>): Promise<string>
  /** What the server did not expect. */
  unexpected: unknown[]
  stop(): Promise<void>
}

export const registryId = (scene: ArmScene, name: string): string =>
  `${scene.group}/providers/Microsoft.ContainerRegistry/registries/${name}`

export async function openArm(store: MetadataStore = openMemoryMetadataStore()): Promise<ArmScene> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-arm-'))
  const time = { now: Date.parse('2026-11-21T12:00:00Z') }
  const clock = { now: () => time.now, elapsed: () => time.now }
  const secrets = openSecretBox(join(folder, 'secret.key'))
  const deps: ArmDeps = {
    store,
    blobs: openMemoryBlobStore(),
    clock,
    ids: { next: randomUUID },
    signers: openSigners({ store, secrets, clock }),
    hasher: argon2Hasher,
    certificates: certificateReader,
    assertions: joseAssertions,
    secrets,
    failpoint: async () => {},
    settings: {} as ArmDeps['settings'],
    origins: { control, domain: 'longshore.localhost:5443', firstRegistry: 'local', own: [control] },
    random: (bytes) => randomBytes(bytes),
  }
  const unexpected: unknown[] = []

  const subscriptionId = '11111111-2222-4333-8444-555555555555'
  const subscription = `/subscriptions/${subscriptionId}`
  await store.putTenant({ id: randomUUID(), domain: 'longshore.example' })
  const at = { createdAt: time.now, createdBy: 'setup', createdByType: 'Application' }
  await store.putResource({
    resource: {
      key: keyOf(subscription),
      id: subscription,
      type: subscriptionType,
      name: subscriptionId,
      parentKey: '',
      location: null,
      body: { properties: { displayName: 'Longshore' } },
      etag: 'first',
      ...at,
      changedAt: at.createdAt,
      changedBy: at.createdBy,
      changedByType: at.createdByType,
    },
    match: undefined,
  })

  const tokenOf = async (principal: DirectoryObject) => {
    const credential = await credentialOf(store, principal)
    return issueDirectoryToken(deps, { principal, credential, clientId: randomUUID(), resource: `${control}/` })
  }
  const holder = async (name: string, roles: Readonly<Record<string, string>>): Promise<DirectoryObject> => {
    const principal: DirectoryObject = {
      id: randomUUID(),
      kind: 'user',
      name,
      login: `${name}@longshore.example`,
      appId: null,
      enabled: true,
      details: {},
      createdAt: time.now,
    }
    await store.putDirectoryObject({ object: principal })
    for (const [role, scope] of Object.entries(roles))
      await store.putRoleAssignment({
        assignment: {
          name: randomUUID(),
          scope: keyOf(scope),
          scopeId: scope,
          principalId: principal.id,
          principalType: 'User',
          roleId: builtInRoles.find((each) => each.name === role)?.id ?? '',
          details: {},
          createdAt: time.now,
          createdBy: 'setup',
        },
      })
    return principal
  }
  const owner = await holder('owner', { Owner: subscription })

  const scene: ArmScene = {
    deps,
    subscription,
    group: `${subscription}/resourceGroups/rg`,
    clock: time,
    unexpected,
    person: async (name, roles = {}) => tokenOf(await holder(name, roles)),
    ask: async (method, path, { as, body, version = newest, headers = {}, query = {} } = {}) => {
      const own = path.startsWith(control) ? path.slice(control.length) : path
      const url = own.includes('?') ? own : `${own}?${new URLSearchParams({ 'api-version': version, ...query })}`
      const token = as ?? (await tokenOf(owner))
      const http = plainRequest({
        method,
        url,
        correlationId: randomUUID(),
        headers: {
          'content-type': 'application/json',
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const answer = await answerTo(arm, { world: deps, http })
      if (http.unexpected !== undefined) unexpected.push(http.unexpected)
      if (!answer) throw new Error(`no answer to ${method} ${url}`)
      const text = method === 'HEAD' ? '' : String(answer.body ?? '')
      const given = text === '' ? undefined : (JSON.parse(text) as unknown)
      checkAnswer(method, url, answer.status, given)
      const told = (answer.headers ?? []).map(([name, value]) => [name.toLowerCase(), String(value)] as const)
      return { status: answer.status, headers: Object.fromEntries(told), body: given }
    },
    stop: async () => {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
  await scene.ask('PUT', scene.group, { body: { location: 'local' } })
  return scene
}

export const errorOf = ({ body }: ArmAnswer): { code: string; message: string; target?: string } =>
  (body as { error: { code: string; message: string; target?: string } }).error
