import type { Access } from '#core/access.ts'
import type { FailureDetail } from '#core/registry-error.ts'
import { formatScope, type Scope } from '#core/scope.ts'

export type ChallengeReason = 'invalid_token' | 'insufficient_scope'

/** The `WWW-Authenticate` of a failure `unauthorized`, as ACR writes it: quoted, no space after a comma (Docker token spec; acr "challenge → tokens"). */
export function challenge(
  { realm, service }: { realm: string; service: string },
  access: Access,
  detail: FailureDetail,
  alsoAsk: readonly Scope[] = [],
): string {
  const parts = [`realm="${realm}"`, `service="${service}"`]
  if (access.kind === 'scope') {
    const own = `${access.type}:${access.name}:${askedActions(access).join(',')}`
    parts.push(`scope="${[own, ...alsoAsk.map(formatScope)].join(' ')}"`)
  }
  if (detail.error !== undefined) parts.push(`error="${detail.error as ChallengeReason}"`)
  return `Bearer ${parts.join(',')}`
}

/** What the caller lacks, as the body of a 401 lists it; null where it is only to sign in. */
export const missing = (access: Access): { Type: string; Name: string; Action: string }[] | null =>
  access.kind !== 'scope' ? null : askedActions(access).map((action) => ({ Type: access.type, Name: access.name, Action: action }))

// Who pushes also reads: clients ask for the scope of the challenge and use that token for the whole push.
const askedActions = (access: Extract<Access, { kind: 'scope' }>): readonly string[] =>
  access.actions.includes('push') && !access.actions.includes('pull') ? ['pull', ...access.actions] : access.actions
