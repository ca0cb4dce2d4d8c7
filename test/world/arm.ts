import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { keyOf, subscriptionType } from '#core/resource-id.ts'
import { plainRequest } from '#http/plain-request.ts'
import { answerTo } from '#http/surface.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { ArmDeps } from '#surfaces/arm/context.ts'
import { arm } from '#surfaces/arm/surface.ts'
import { checkAnswer } from '../specs/description.ts'
import { openFacts, type TurnedClock } from './facts.ts'
import { tokenOf, userWith } from './people.ts'

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
  time: TurnedClock
  ask(method: string, path: string, asking?: Asking): Promise<ArmAnswer>
  /** A user with roles, by name, at scopes; its token. */
  person(name: string, roles?: Readonly<Record<string, string>>): Promise<string>
  /** What the server did not expect. */
  unexpected: unknown[]
  stop(): Promise<void>
}

export const registryId = (scene: ArmScene, name: string): string =>
  `${scene.group}/providers/Microsoft.ContainerRegistry/registries/${name}`

export async function openArm(store?: MetadataStore): Promise<ArmScene> {
  const facts = openFacts({ now: Date.parse('2026-11-21T12:00:00Z'), ...(store && { store }) })
  const { time } = facts
  const deps: ArmDeps = facts.depsAt(control)
  const unexpected: unknown[] = []

  const subscriptionId = '11111111-2222-4333-8444-555555555555'
  const subscription = `/subscriptions/${subscriptionId}`
  await facts.store.putTenant({ id: randomUUID(), domain: 'longshore.example' })
  const at = { createdAt: time.at, createdBy: 'setup', createdByType: 'Application' }
  await facts.store.putResource({
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

  const holder = (name: string, roles: Readonly<Record<string, string>>) => userWith(facts.store, { name, roles, now: time.at })
  const signIn = async (principal: Awaited<ReturnType<typeof holder>>) => tokenOf(deps, principal, `${control}/`)
  const owner = await holder('owner', { Owner: subscription })

  const scene: ArmScene = {
    deps,
    subscription,
    group: `${subscription}/resourceGroups/rg`,
    time,
    unexpected,
    person: async (name, roles = {}) => signIn(await holder(name, roles)),
    ask: async (method, path, { as, body, version = newest, headers = {}, query = {} } = {}) => {
      const own = path.startsWith(control) ? path.slice(control.length) : path
      const url = own.includes('?') ? own : `${own}?${new URLSearchParams({ 'api-version': version, ...query })}`
      const token = as ?? (await signIn(owner))
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
    stop: () => facts.close(),
  }
  await scene.ask('PUT', scene.group, { body: { location: 'local' } })
  return scene
}

export const errorOf = ({ body }: ArmAnswer): { code: string; message: string; target?: string } =>
  (body as { error: { code: string; message: string; target?: string } }).error
