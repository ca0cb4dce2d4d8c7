import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSigners } from '#adapters/jose/signer.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemIds } from '#adapters/system/ids.ts'
import { joseAssertions } from '#adapters/jose/assertions.ts'
import { certificateReader } from '#adapters/x509/certificate-reader.ts'
import { argon2Hasher } from '#adapters/system/password-hasher.ts'
import { openSecretBox } from '#adapters/system/secret-box.ts'
import { assignRole } from '#app/authorization/assign-role.ts'
import { createApplication, createServicePrincipal } from '#app/identity/applications.ts'
import { issueDirectoryToken } from '#app/identity/tokens.ts'
import { createUser } from '#app/identity/users.ts'
import { Exchange } from '#http/exchange.ts'
import type { DirectoryObject } from '#ports/directory.ts'
import { type GraphDeps, serveGraph } from '#surfaces/graph/surface.ts'
import { type Answer, json, send, type Target } from './send.ts'
import { credentialOf } from './credential-of.ts'

export const control = 'https://localhost:5443'
export const tenant = { id: '11111111-2222-4333-8444-555555555555', domain: 'contoso.localhost' }

/** Graph over a store in memory, and tokens for whom a test likes. */
export interface GraphDoor extends Target {
  deps: GraphDeps
  /** Owner of everything. */
  owner: DirectoryObject
  /** Everything that was answered, but for what `addPassword` tells. */
  answered: string[]
  /** Whatever was hashed, sealed or given and must never be seen. */
  hidden: string[]
  token(principal: DirectoryObject, resource?: string): Promise<string>
  as(principal: DirectoryObject | string): Caller
  program(name: string): Promise<DirectoryObject>
  stop(): Promise<void>
}

type Body = Record<string, unknown>
export interface Caller {
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string): Promise<Body>
  list(path: string): Promise<Body[]>
  post(path: string, body: unknown, status?: number): Promise<Body>
}

export async function openGraph(): Promise<GraphDoor> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-graph-'))
  const store = openMemoryMetadataStore()
  const secrets = openSecretBox(join(folder, 'secret.key'))
  const deps = {
    store,
    secrets,
    clock: systemClock,
    ids: systemIds,
    hasher: argon2Hasher,
    certificates: certificateReader,
    assertions: joseAssertions,
    random: (bytes: number) => randomBytes(bytes),
    signers: openSigners({ store, secrets, clock: systemClock }),
    origins: { control, domain: 'longshore.localhost:5443', firstRegistry: 'local', own: [control] },
  } as unknown as GraphDeps
  await store.putTenant(tenant)
  const { user: owner } = await createUser(deps, { login: 'owner' })
  await assignRole(deps, { scopeId: '/', principalId: owner.id, role: 'Owner', by: 'operator' })
  const server = createServer((request, response) => {
    const exchange = new Exchange(request, response, {
      correlationId: systemIds.next(),
      host: request.headers.host ?? '',
      scheme: 'http',
      address: '127.0.0.1',
    })
    response.once('close', () => {
      if (exchange.unexpected !== undefined) door.answered.push(`unexpected: ${String((exchange.unexpected as Error).stack)}`)
    })
    void serveGraph(deps, exchange)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const agent = new Agent({ keepAlive: true })
  const token = async (principal: DirectoryObject, resource = `${control}/graph`) => {
    const credential = await credentialOf(deps.store, principal)
    return issueDirectoryToken(deps, {
      principal,
      credential,
      clientId: principal.appId ?? '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
      resource,
    })
  }
  const door: GraphDoor = {
    deps,
    owner,
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    agent,
    user: '',
    password: '',
    answered: [],
    hidden: [],
    token,
    as: (principal) => callerOf(door, principal),
    program: async (name) => {
      const { appId } = await createApplication(deps, { displayName: name })
      return createServicePrincipal(deps, { appId: appId ?? '' })
    },
    stop: async () => {
      agent.destroy()
      await new Promise((resolve) => server.close(resolve))
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
  return door
}

function callerOf(door: GraphDoor, principal: DirectoryObject | string): Caller {
  const ask: Caller['ask'] = async (method, path, body, headers = {}) => {
    const token = typeof principal === 'string' ? principal : await door.token(principal)
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
    const url = path.startsWith(control) ? path.slice(control.length) : path.startsWith('/graph') ? path : `/graph/v1.0/${path}`
    const answer = await send(door, method, url, {
      as: token === '' ? 'nobody' : { token },
      headers: { 'content-type': 'application/json', ...headers },
      ...(text === undefined ? {} : { body: text }),
    })
    const told = answer.body.toString('utf8')
    // The one answer that tells a secret: it goes to what nothing else may tell.
    if (/\/addPassword$/i.test(path) && answer.status === 200) door.hidden.push(json<{ secretText: string }>(answer).secretText)
    else door.answered.push(told)
    return answer
  }
  const expect = async (status: number, method: string, path: string, body?: unknown): Promise<Body> => {
    const answer = await ask(method, path, body)
    if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.toString('utf8')}`)
    return answer.body.length > 0 ? json<Body>(answer) : {}
  }
  return {
    ask,
    get: (path) => expect(200, 'GET', path),
    list: async (path) => {
      const all: Body[] = []
      for (let next: string | undefined = path; next !== undefined; ) {
        const page = (await expect(200, 'GET', next)) as { value: Body[]; '@odata.nextLink'?: string }
        all.push(...page.value)
        next = page['@odata.nextLink']
      }
      return all
    },
    post: (path, body, status = 201) => expect(status, 'POST', path, body),
  }
}
