import { controlError } from '#core/control-error.ts'
import { object, oneOf, text, time } from '#core/shape.ts'
import type { Registry } from '#ports/registries.ts'
import type { StoredResource } from '#ports/resources.ts'
import { generateCredentials, type TokenSlot } from '#app/resources/generate-credentials.ts'
import { ensureAdminCredentials } from '#app/resources/registries.ts'
import { renewCredential, showCredentials } from '#app/tokens/credentials.ts'
import type { Answer } from '#http/answer.ts'
import { type Context, ok } from '../../context.ts'
import { readBody } from '../../body.ts'

const regenerateShape = object({ name: oneOf('password', 'password2') }, ['name'])
const generateShape = object({ tokenId: text(1000), name: oneOf('password1', 'password2'), expiry: time }, ['tokenId'])

export async function listCredentials({ deps }: Context, resource: StoredResource): Promise<Answer> {
  const registry = await adminOf(deps, resource)
  await ensureAdminCredentials(deps, resource.key)
  return ok(await showCredentials(deps, registry))
}

export async function regenerateCredential(context: Context, resource: StoredResource): Promise<Answer> {
  const { name } = await readBody(context, regenerateShape)
  const registry = await adminOf(context.deps, resource)
  await ensureAdminCredentials(context.deps, resource.key)
  await renewCredential(context.deps, registry, name as 'password' | 'password2')
  return ok(await showCredentials(context.deps, registry))
}

/** Fails with `request-invalid` while the admin user is off. */
async function adminOf({ store }: Context['deps'], resource: StoredResource): Promise<Registry> {
  const registry = await store.registryByKey(resource.key)
  if (registry?.adminEnabled) return registry
  throw controlError('UnAuthorizedForCredentialOperations', resource.id)
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
