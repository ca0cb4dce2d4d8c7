import { argon2Hasher } from '#adapters/system/password-hasher.ts'
import { systemIds } from '#adapters/system/ids.ts'
import { hashOfSecret } from '#app/identity/credentials.ts'
import type { Exchange } from '#http/exchange.ts'
import { serve } from '#http/surface.ts'
import type { StoredSecret } from '#ports/directory.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { EntraDeps } from '#surfaces/entra/context.ts'
import { entra } from '#surfaces/entra/surface.ts'
import { openFacts, type TurnedClock } from './facts.ts'
import { azureCli, objectOf } from './people.ts'
import { openSurface } from './surface-door.ts'

export const tenant = { id: '22222222-2222-2222-2222-222222222222', domain: 'contoso.example' }
export const program = { appId: 'aaaaaaaa-0000-0000-0000-000000000001', objectId: 'bbbbbbbb-0000-0000-0000-000000000001' }
export const alice = { id: 'cccccccc-0000-0000-0000-000000000001', login: `alice@${tenant.domain}`, password: 'correct horse battery' }
export const secret = 'a-client-secret-of-the-program'
export const minute = 60_000

/** The authority alone, over HTTP, with a clock that a test turns and an address that a request may name. */
export interface EntraScene {
  origin: string
  deps: EntraDeps
  store: MetadataStore
  time: TurnedClock
  /** What a restart leaves: the rows and the key file. */
  restart(): void
  /** What the log would tell of the requests so far. */
  logs: Exchange[]
  stop(): Promise<void>
}

export async function openEntra(options: { scheme?: 'http' | 'https' } = {}): Promise<EntraScene> {
  const facts = openFacts()
  const door = await openSurface(
    (exchange) => serve(entra, scene.deps, exchange),
    (request) => ({ scheme: options.scheme ?? 'http', address: String(request.headers['x-test-address'] ?? '10.0.0.1') }),
  )
  const { origin } = door
  const scene: EntraScene = {
    origin,
    deps: facts.depsAt(origin),
    store: facts.store,
    time: facts.time,
    logs: door.exchanges,
    restart: () => {
      scene.deps = facts.depsAt(origin)
    },
    stop: async () => {
      await door.close()
      await facts.close()
    },
  }
  await fill(scene)
  return scene
}

async function fill({ store, time }: EntraScene): Promise<void> {
  await store.putTenant(tenant)
  await store.putDirectoryObject({ object: objectOf({ id: alice.id, kind: 'user', name: 'Alice', login: alice.login }) })
  await putPassword(store, alice.id, alice.password, time.at)
  const application = objectOf({ id: 'bbbbbbbb-0000-0000-0000-0000000000ff', kind: 'application', name: 'Builder', appId: program.appId })
  await store.putDirectoryObject({ object: application })
  const principal = objectOf({ id: program.objectId, kind: 'servicePrincipal', name: 'Builder', appId: program.appId })
  await store.putDirectoryObject({ object: principal })
  await store.putSecret({ secret: secretOf({ objectId: application.id, hash: hashOfSecret(secret) }) })
}

export const secretOf = (given: Partial<StoredSecret> & Pick<StoredSecret, 'objectId' | 'hash'>): StoredSecret => ({
  keyId: systemIds.next(),
  kind: 'password',
  name: null,
  hint: null,
  certificate: null,
  startsAt: 0,
  endsAt: null,
  ...given,
})

export async function putPassword(store: MetadataStore, userId: string, password: string, now: number): Promise<void> {
  const hash = await argon2Hasher.hash(password)
  const object = await store.directoryObject(userId)
  const before = await store.secrets([userId])
  if (object)
    await store.putDirectoryObject({
      object,
      addSecrets: [secretOf({ objectId: userId, hash, startsAt: now })],
      removeSecrets: before.map(({ keyId }) => keyId),
    })
}

export interface Wire {
  status: number
  headers: Headers
  text: string
  json: Record<string, unknown>
}

export interface AskOptions {
  form?: Record<string, string> | URLSearchParams
  headers?: Record<string, string>
}

/** One request; a form makes it a POST. Redirects are not followed. */
export async function ask(scene: EntraScene, path: string, { form, headers = {} }: AskOptions = {}): Promise<Wire> {
  const answer = await fetch(scene.origin + path, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers,
    ...(form ? { body: new URLSearchParams(form) } : {}),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false
  return { status: answer.status, headers: answer.headers, text, json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} }
}

export const entraToken = `/${tenant.id}/oauth2/v2.0/token`
export const adfsToken = '/adfs/oauth2/token'

export const byPassword = (scene: EntraScene, more: Record<string, string> = {}): Record<string, string> => ({
  grant_type: 'password',
  client_id: azureCli,
  client_info: '1',
  claims: '{"access_token":{"xms_cc":{"values":["CP1"]}}}',
  username: alice.login,
  password: alice.password,
  scope: `${scene.origin}/.default offline_access openid profile`,
  ...more,
})

export const bySecret = (scene: EntraScene, more: Record<string, string> = {}): Record<string, string> => ({
  grant_type: 'client_credentials',
  client_id: program.appId,
  client_secret: secret,
  scope: `${scene.origin}/.default`,
  ...more,
})

/** The claims of a token, as a program reads them. */
export const claimsOf = (token: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>

/** `AADSTS` number and error of a refusal, which has all of Entra's fields. */
export function refusalOf({ status, json }: Wire): string {
  const { error, error_codes: codes, error_description: description } = json
  const code = Array.isArray(codes) ? Number(codes[0]) : Number.NaN
  const whole = String(description).startsWith(`AADSTS${code}: `) && json.trace_id && json.correlation_id && json.timestamp
  return `${status} ${String(error)} ${whole ? code : 'incomplete'}`
}
