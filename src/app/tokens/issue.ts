import { intersect, type Scope } from '#core/scope.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Registry } from '#ports/registries.ts'
import { longestToken } from '#ports/signer.ts'
import type { Deps } from '../deps.ts'
import type { Authenticated } from './authenticate.ts'
import { formatClaims, type TokenClaims } from './claims.ts'

/** ACR's lives of tokens. In seconds. */
export const accessTokenLife = 75 * 60
export const refreshTokenLife = 3 * 60 * 60

/**
 * An access token for what is asked and held, which may be nothing: the request that needs more is refused then.
 * A caller that came with a token cannot get more than that token has.
 * Fails with `request-invalid` when it would be longer than a request could bring.
 */
export async function issueAccessToken(
  deps: Pick<Deps, 'signers' | 'clock' | 'ids'>,
  input: { registry: Registry; audience: string; by: Authenticated; scopes: readonly Scope[] },
): Promise<string> {
  const { caller } = input.by
  const held = caller.narrowedTo ? intersect(caller.narrowedTo, caller.held) : caller.held
  return sign(deps, input, 'access_token', accessTokenLife, intersect(input.scopes.map(withNames), held))
}

/** Clients that list tags ask for `pull` alone (docker pull -a) and for nothing more when that is refused: who may pull and list gets both. */
const withNames = (scope: Scope): Scope =>
  scope.type === 'repository' && scope.actions.includes('pull') ? { ...scope, actions: [...scope.actions, 'metadata_read'] } : scope

/** A refresh token of the whole credential. Fails with `denied` for who came with an access token or with nothing. */
export async function issueRefreshToken(
  deps: Pick<Deps, 'signers' | 'clock' | 'ids'>,
  input: { registry: Registry; audience: string; by: Authenticated },
): Promise<string> {
  if (input.by.caller.kind === 'anonymous' || input.by.caller.narrowedTo)
    throw new RegistryError('denied', 'a refresh token is given for a credential only, not for another token')
  return sign(deps, input, 'refresh_token', refreshTokenLife, [])
}

async function sign(
  { signers, clock, ids }: Pick<Deps, 'signers' | 'clock' | 'ids'>,
  { registry, audience, by }: { registry: Registry; audience: string; by: Authenticated },
  kind: TokenClaims['kind'],
  life: number,
  access: readonly Scope[],
): Promise<string> {
  const now = Math.floor(clock.now() / 1000)
  const token = await signers.of(registry.id).sign(
    formatClaims({
      kind,
      id: ids.next(),
      subject: by.caller.name,
      principalId: by.caller.id,
      credential: by.credential,
      issuedAt: now,
      notBefore: now,
      expiresAt: now + life,
      audience,
      // A token is never younger than the access token that it was got with.
      seq: Math.min(registry.seq, by.caller.seq ?? registry.seq),
      final: by.caller.narrowedTo !== undefined,
      access,
    }),
  )
  if (token.length > longestToken)
    throw new RegistryError('request-invalid', `the token would have more than ${longestToken} characters: ask for fewer scopes at once`, {
      scopes: access.length,
    })
  return token
}
