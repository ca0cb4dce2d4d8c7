import { type Caller, decide } from '#core/access.ts'
import type { ResourceKey } from '#core/resource-id.ts'
import type { Match } from '#ports/resources.ts'
import type { Deps } from '#app/deps.ts'
import type { Author } from '#app/resources/rules.ts'
import { type Answer, json } from '#http/answer.ts'
import type { Headers } from '#http/headers.ts'
import type { ArmUrl } from './url.ts'

export type ArmDeps = Deps

/** What a handler has: the deeds, who asks, and what was sent beyond the parsed request. */
export interface Context {
  deps: ArmDeps
  caller: Caller
  url: ArmUrl
  /** Of `If-Match` and `If-None-Match`. */
  match: Match
  /** The JSON that was sent; undefined when nothing was. Fails with `request-invalid`. */
  body: () => Promise<unknown>
}

export const ok = (body: unknown, headers: Headers = []): Answer => json(200, body, headers)

/** Whether the caller holds an action at a scope: for lists, which show what may be seen. Single things have their row in routes.ts. */
export const may = ({ caller }: Pick<Context, 'caller'>, action: string, scope: ResourceKey): boolean =>
  decide(caller, { kind: 'action', action, scope }).allowed

/** Who writes, as `systemData` names them. */
export const authorOf = ({ caller: { id, name, kind } }: Pick<Context, 'caller'>): Author => ({
  id,
  name,
  type: kind === 'servicePrincipal' ? 'Application' : 'User',
})

/** An absolute URL of this surface for the caller, with the version that it speaks. */
export const absolute = (
  { deps, url }: Pick<Context, 'deps' | 'url'>,
  path: string,
  query: Readonly<Record<string, string>> = {},
): string => `${deps.origins.control}${path}?${new URLSearchParams({ ...query, 'api-version': url.version.text })}`
