import assert from 'node:assert/strict'
import { operator } from '#core/access.ts'
import { assignRole } from '#app/authorization/assign-role.ts'
import { createServicePrincipal } from '#app/identity/applications.ts'
import { createApplication } from '#app/identity/new-applications.ts'
import { createUser } from '#app/identity/users.ts'
import type { DirectoryObject } from '#ports/directory.ts'
import { serve } from '#http/surface.ts'
import type { GraphDeps } from '#surfaces/graph/context.ts'
import { graph } from '#surfaces/graph/surface.ts'
import { openFacts } from './facts.ts'
import { tokenOf } from './people.ts'
import { openSurface } from './surface-door.ts'
import { type Answer, json, send, type Target } from './send.ts'

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
  const facts = openFacts()
  const deps: GraphDeps = facts.depsAt(control)
  await facts.store.putTenant(tenant)
  const { user: owner } = await createUser(deps, { login: 'owner' })
  await assignRole(deps, { scopeId: '/', principalId: owner.id, role: 'Owner', by: operator })
  const listener = await openSurface(async (exchange) => {
    await serve(graph, deps, exchange)
    if (exchange.unexpected !== undefined) door.answered.push(`unexpected: ${String((exchange.unexpected as Error).stack)}`)
  })
  const door: GraphDoor = {
    deps,
    owner,
    ...listener,
    answered: [],
    hidden: [],
    token: (principal, resource = `${control}/graph`) => tokenOf(deps, principal, resource),
    as: (principal) => callerOf(door, principal),
    program: async (name) => {
      const { appId } = await createApplication(deps, { displayName: name })
      return createServicePrincipal(deps, { appId: appId ?? '' })
    },
    stop: async () => {
      await listener.close()
      await facts.close()
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
    // The answers that tell a secret: it goes to what nothing else may tell.
    if (/\/addPassword$/i.test(path) && answer.status === 200) door.hidden.push(json<{ secretText: string }>(answer).secretText)
    else if (answer.status === 201 && told.includes('"longshore"')) {
      const { passwordCredential } = json<{ longshore: { passwordCredential?: { secretText: string } } }>(answer).longshore
      if (passwordCredential) door.hidden.push(passwordCredential.secretText)
    } else door.answered.push(told)
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

/**
 * Of all that was answered, lists of everything too, nothing has a secret, a hash or a private key, and no error that nobody expected.
 * @param least how many answers there must have been, and how many words that none may have
 */
export async function nothingTold(door: GraphDoor, least: { answers: number; hidden: number }): Promise<void> {
  const owner = door.as(door.owner)
  for (const collection of [
    'users',
    'groups',
    'applications?$select=keyCredentials,passwordCredentials',
    'applications',
    'servicePrincipals',
  ])
    await owner.list(collection)
  const stored = []
  for (let after = ''; ; ) {
    const kinds = ['user', 'application', 'servicePrincipal'] as const
    const page = await door.deps.store.directoryObjects({ kinds }, { after, limit: 100 })
    stored.push(...(await door.deps.store.secrets(page.map(({ id }) => id))))
    if (page.length < 100) break
    after = page.at(-1)?.id ?? ''
  }
  const hidden = [...door.hidden, ...stored.map(({ hash }) => hash), 'PRIVATE KEY', 'argon2', 'Pass word-', 'unexpected:']
  assert.ok(hidden.length >= least.hidden && door.answered.length >= least.answers, `${hidden.length} of ${door.answered.length}`)
  for (const told of door.answered) for (const each of hidden) assert.ok(!told.includes(each), `${each} in ${told.slice(0, 300)}`)
}
