import { type KnownObject, object, oneOf, text, time } from '#core/shape.ts'
import type { StoredResource } from '#ports/resources.ts'
import { generateCredentials, type TokenSlot } from '#app/resources/generate-credentials.ts'
import { renewAdminCredential, showAdminCredentials } from '#app/resources/admin-credentials.ts'
import type { Answer } from '#http/answer.ts'
import { type Context, ok } from '../../context.ts'

export const regenerateShape = object({ name: oneOf('password', 'password2') }, ['name'])
export const generateShape = object({ tokenId: text(1000), name: oneOf('password1', 'password2'), expiry: time }, ['tokenId'])

export const listCredentials = async ({ deps }: Context, registry: StoredResource): Promise<Answer> =>
  ok(await showAdminCredentials(deps, registry))

export const regenerateCredential = async ({ deps, caller }: Context, registry: StoredResource, body: KnownObject): Promise<Answer> =>
  ok(await renewAdminCredential(deps, registry, body.name as 'password' | 'password2', { askedBy: caller.id }))

/** The passwords are shown here only. */
export async function generate({ deps, caller }: Context, registry: StoredResource, body: KnownObject): Promise<Answer> {
  const { tokenId, name, expiry } = body as { tokenId: string; name?: TokenSlot; expiry?: string }
  const slot = name ?? undefined
  const asked = { tokenId, slot, expiry: expiry ? Date.parse(expiry) : undefined, askedBy: caller.id }
  return ok(await generateCredentials(deps, registry, asked))
}
