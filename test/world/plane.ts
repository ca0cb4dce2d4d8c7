import type { Deps } from '#app/deps.ts'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { unshownPasswords } from '#app/resources/first-passwords.ts'
import { builtInRoles } from '#core/built-in-roles.ts'
import { originsOf } from '#main/origins.ts'
import { type Door, type DoorOptions, openDoor } from './door.ts'
import { configOf } from './server.ts'
import { claimsOf } from './content.ts'
import { type Answer, json, type Principal, send, type Target } from './send.ts'

export const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const newest = '2026-09-01-preview'
const roleVersion = '2022-04-01'

/** Somebody of the directory: how it signs in, and a token for ARM. */
export interface Somebody {
  id: string
  /** A user's name, a program's application id. */
  name: string
  password: string
  token: string
}

export interface Asking {
  as?: Principal | Somebody
  body?: unknown
  version?: string
  query?: Readonly<Record<string, string>>
  headers?: Record<string, string>
}

export type Roles = Readonly<Record<string, string>>
type Ask = (method: string, path: string, asking?: Asking) => Promise<Answer>

/** A registry under its own name. */
export interface PlaneRegistry {
  id: string
  host: string
  ask: Ask
  /** `POST /oauth2/<path>`. */
  form(path: 'token' | 'exchange', fields: Readonly<Record<string, string>>): Promise<Answer>
  /** A refresh token for who has a role here. */
  exchange(token: string): Promise<string>
  accessToken(refreshToken: string, ...scopes: string[]): Promise<string>
}

/** Both planes of a server, with everything done over the wire by an owner. */
export interface PlaneWire {
  control: string
  tenantId: string
  subscription: string
  /** A group of its own. */
  group: string
  owner: Somebody
  arm: Ask
  graph: Ask
  /** A form to the token endpoint. */
  grant(fields: Readonly<Record<string, string>>, path?: string): Promise<Answer>
  user(name: string, roles?: Roles): Promise<Somebody>
  program(name: string, roles?: Roles): Promise<Somebody>
  give(principalId: string, role: string, scope: string): Promise<string>
  registry(name: string, properties?: object): Promise<PlaneRegistry>
  tokenOf(somebody: Pick<Somebody, 'name' | 'password'>, resource?: string): Promise<string>
}

/** The same behind a front door whose inside the test holds too. */
export interface Plane extends PlaneWire {
  door: Door
  /** For what is done on the machine itself (cli-run.ts). */
  operatorDeps: Deps
  stop(): Promise<void>
}

const isSomebody = (as: Asking['as']): as is Somebody => typeof as === 'object' && 'id' in as
const principalOf = (as: Asking['as']): Principal => (isSomebody(as) ? { token: as.token } : (as ?? 'nobody'))

export function succeeded(answer: Answer, ...statuses: number[]): Answer {
  assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.body.toString()}`)
  return answer
}

export async function openPlane(options: DoorOptions = {}): Promise<Plane> {
  const door = await openDoor({ proxies: ['127.0.0.1'], ...options })
  const { deps, registry: first } = door.open
  const { owner } = (await unshownPasswords(deps, first)) ?? {}
  const wire = await planeOver(door, { name: owner?.login ?? '', password: owner?.password ?? '' })
  const operatorDeps = { ...deps, origins: originsOf(configOf(door.dataDir, options.flags ?? {}), { http: door.address }) }
  return { ...wire, door, operatorDeps, stop: () => door.stop() }
}

/**
 * @param owner who owns everything
 * @param seen told of each request and its answer
 */
export async function planeOver(
  target: Target,
  owner: Pick<Somebody, 'name' | 'password'>,
  seen: (method: string, path: string, answer: Answer) => void = () => {},
): Promise<PlaneWire> {
  const { port } = target.address
  const control = `http://localhost:${port}`
  const ask =
    (prefix: string, base: Readonly<Record<string, string>> = {}): Ask =>
    async (method, path, { as, body, headers = {} } = {}) => {
      const answer = await send(target, method, prefix + path, {
        as: principalOf(as),
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...base, ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
      })
      seen(method, prefix + path, answer)
      return answer
    }
  const plain = ask('')
  const form = (path: string, fields: Readonly<Record<string, string>>, headers: Record<string, string> = {}) =>
    plain('POST', path, {
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })

  const plane: PlaneWire = {
    control,
    tenantId: '',
    subscription: '',
    group: '',
    owner: { ...owner, id: '', token: '' },
    arm: (method, path, { version, query = {}, ...asking } = {}) => {
      const own = path.startsWith(control) ? path.slice(control.length) : path
      const usual = /microsoft\.authorization/i.test(own) ? roleVersion : newest
      const url = own.includes('?') ? own : `${own}?${new URLSearchParams({ 'api-version': version ?? usual, ...query })}`
      return plain(method, url, { as: plane.owner, ...asking })
    },
    graph: (method, path, asking = {}) => plain(method, `/graph/v1.0${path}`, { as: plane.owner, ...asking }),
    grant: (fields, path = '/adfs/oauth2/token') => form(path, fields),
    tokenOf: async ({ name, password }, resource = control) => {
      const proof = name.includes('@')
        ? { grant_type: 'password', client_id: azureCli, username: name, password }
        : { grant_type: 'client_credentials', client_id: name, client_secret: password }
      return json<{ access_token: string }>(succeeded(await plane.grant({ ...proof, resource }), 200)).access_token
    },
    user: async (name, roles = {}) => {
      const password = `${randomUUID()}Aa1!`
      const login = `${name}@longshore.localhost`
      const body = {
        accountEnabled: true,
        displayName: name,
        userPrincipalName: login,
        mailNickname: name,
        passwordProfile: { password, forceChangePasswordNextSignIn: false },
      }
      const { id } = json<{ id: string }>(succeeded(await plane.graph('POST', '/users', { body }), 201))
      for (const [role, scope] of Object.entries(roles)) await plane.give(id, role, scope)
      return { id, name: login, password, token: await plane.tokenOf({ name: login, password }) }
    },
    program: async (displayName, roles = {}) => {
      const application = json<{ id: string; appId: string }>(
        succeeded(await plane.graph('POST', '/applications', { body: { displayName } }), 201),
      )
      const { appId } = application
      const { id } = json<{ id: string }>(succeeded(await plane.graph('POST', '/servicePrincipals', { body: { appId } }), 201))
      const added = succeeded(await plane.graph('POST', `/applications/${application.id}/addPassword`, { body: {} }), 200)
      const password = json<{ secretText: string }>(added).secretText
      for (const [role, scope] of Object.entries(roles)) await plane.give(id, role, scope)
      return { id, name: appId, password, token: await plane.tokenOf({ name: appId, password }) }
    },
    give: async (principalId, role, scope) => {
      const roleId = builtInRoles.find((each) => each.name === role)?.id ?? role
      const id = `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`
      const roleDefinitionId = `${plane.subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`
      succeeded(await plane.arm('PUT', id, { body: { properties: { roleDefinitionId, principalId } } }), 201)
      return id
    },
    registry: async (name, properties = {}) => {
      const id = `${plane.group}/providers/Microsoft.ContainerRegistry/registries/${name}`
      succeeded(
        await plane.arm('PUT', id, {
          body: { location: 'local', sku: { name: 'Premium' }, properties: { adminUserEnabled: true, ...properties } },
        }),
        200,
        201,
      )
      const host = `${name.toLowerCase()}.longshore.localhost:${port}`
      const registry: PlaneRegistry = {
        id,
        host,
        ask: ask('', { host }),
        form: (path, fields) => form(`/oauth2/${path}`, { service: host, ...fields }, { host }),
        exchange: async (token) => {
          const answer = await registry.form('exchange', { grant_type: 'access_token', tenant: plane.tenantId, access_token: token })
          return json<{ refresh_token: string }>(succeeded(answer, 200)).refresh_token
        },
        accessToken: async (refresh, ...scopes) => {
          const fields = { grant_type: 'refresh_token', refresh_token: refresh, scope: scopes.join(' ') }
          return json<{ access_token: string }>(succeeded(await registry.form('token', fields), 200)).access_token
        },
      }
      return registry
    },
  }
  plane.owner.token = await plane.tokenOf(plane.owner)
  plane.tenantId = String(claimsOf(plane.owner.token).tid)
  plane.owner.id = json<{ id: string }>(succeeded(await plane.graph('GET', '/me'), 200)).id
  const [subscription] = json<{ value: { id: string }[] }>(succeeded(await plane.arm('GET', '/subscriptions'), 200)).value
  plane.subscription = subscription?.id ?? ''
  plane.group = `${plane.subscription}/resourceGroups/plane`
  succeeded(await plane.arm('PUT', plane.group, { body: { location: 'local' } }), 200, 201)
  return plane
}

/** The code of ARM's or Graph's error body; empty when the body is none. */
export function codeOf(answer: Answer): string {
  try {
    return json<{ error: { code: string } }>(answer).error.code ?? ''
  } catch {
    return ''
  }
}
