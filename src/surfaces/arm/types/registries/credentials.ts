import { object, oneOf, text, time } from '#core/shape.ts'
import type { StoredResource } from '#ports/resources.ts'
import { generateCredentials, type TokenSlot } from '#app/resources/generate-credentials.ts'
import { renewAdminCredential, showAdminCredentials } from '#app/resources/admin-credentials.ts'
import type { Answer } from '#http/answer.ts'
import { type Context, ok } from '../../context.ts'
import { readBody } from '../../body.ts'

const regenerateShape = object({ name: oneOf('password', 'password2') }, ['name'])
const generateShape = object({ tokenId: text(1000), name: oneOf('password1', 'password2'), expiry: time }, ['tokenId'])

export const listCredentials = async ({ deps }: Context, registry: StoredResource): Promise<Answer> =>
  ok(await showAdminCredentials(deps, registry))

export async function regenerateCredential(context: Context, registry: StoredResource): Promise<Answer> {
  const { name } = (await readBody(context, regenerateShape)) as { name: 'password' | 'password2' }
  return ok(await renewAdminCredential(context.deps, registry, name))
}

/** The passwords are shown here only. */
export async function generate(context: Context, resource: StoredResource): Promise<Answer> {
  const { tokenId, name, expiry } = (await readBody(context, generateShape)) as { tokenId: string; name?: TokenSlot; expiry?: string }
  const body = await generateCredentials(context.deps, resource, {
    tokenId,
    slot: name ?? undefined,
    expiry: expiry ? Date.parse(expiry) : undefined,
  })
  return ok(body)
}
