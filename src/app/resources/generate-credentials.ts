import { controlError } from '#core/control-error.ts'
import { makeSecret } from '#core/secret.ts'
import { keyOf } from '#core/resource-id.ts'
import type { AskedBy } from '#ports/command.ts'
import type { StoredResource } from '#ports/resources.ts'
import { hashOfSecret } from '../identity/credentials.ts'
import type { ResourceDeps } from './rules.ts'
import { passwordsOf } from './tokens.ts'
import { tokenType } from './type-names.ts'

export type TokenSlot = 'password1' | 'password2'

export interface GeneratedCredentials {
  username: string
  passwords: { creationTime: string; expiry?: string; name: TokenSlot; value: string }[]
}

/**
 * New passwords for a token of a registry: in one slot, or in both. What was there ends at the next request.
 * The values are only here. Fails with `request-invalid`.
 */
export async function generateCredentials(
  deps: ResourceDeps,
  registry: StoredResource,
  { tokenId, slot, expiry, askedBy }: { tokenId: string; slot?: TokenSlot | undefined; expiry?: number | undefined } & AskedBy,
): Promise<GeneratedCredentials> {
  const { store, clock, ids } = deps
  const token = await store.resource(keyOf(tokenId))
  const standing = await store.registryByKey(registry.key)
  if (!token || !standing || token.type !== tokenType || token.parentKey !== registry.key)
    throw controlError('InvalidResourceProperties', {
      sentence: `The token '${tokenId.slice(0, 300)}' is not one of the registry '${registry.name}'.`,
      target: 'tokenId',
    })
  const now = clock.now()
  if (expiry !== undefined && expiry <= now)
    throw controlError('InvalidResourceProperties', {
      sentence: 'The expiry of the credentials must be in the future.',
      target: 'expiry',
    })
  const before = await passwordsOf(deps, token)
  const passwords: GeneratedCredentials['passwords'] = []
  for (const each of slot ? [slot] : (['password1', 'password2'] as const)) {
    const value = makeSecret(deps.random(32))
    await store.putCredential({
      id: before.find((known) => known.slot === each)?.id ?? ids.next(),
      registryId: standing.id,
      principalId: token.key,
      principalName: token.name,
      kind: 'token',
      slot: each,
      secretHash: hashOfSecret(value),
      secretSealed: null,
      createdAt: now,
      expiresAt: expiry ?? null,
      askedBy,
    })
    const times = { creationTime: new Date(now).toISOString(), ...(expiry === undefined ? {} : { expiry: new Date(expiry).toISOString() }) }
    passwords.push({ ...times, name: each, value })
  }
  return { username: token.name, passwords }
}
