import { controlError } from '#core/control-error.ts'
import type { AdminCredentials } from '#core/maintenance.ts'
import type { AskedBy } from '#ports/command.ts'
import type { Registry } from '#ports/registries.ts'
import type { StoredResource } from '#ports/resources.ts'
import { renewCredential, showCredentials } from '../tokens/credentials.ts'
import type { ResourceDeps } from './rules.ts'

/** Both passwords of a registry's admin user. Fails with `request-invalid` while it is off. */
export async function showAdminCredentials(deps: ResourceDeps, resource: StoredResource): Promise<AdminCredentials> {
  return showCredentials(deps, await adminOf(deps, resource))
}

/** The same with a new password in one slot. */
export async function renewAdminCredential(
  deps: ResourceDeps,
  resource: StoredResource,
  slot: 'password' | 'password2',
  by: AskedBy = {},
): Promise<AdminCredentials> {
  const registry = await adminOf(deps, resource)
  await renewCredential(deps, registry, slot, by)
  return showCredentials(deps, registry)
}

async function adminOf(deps: ResourceDeps, resource: StoredResource): Promise<Registry> {
  const registry = await deps.store.registryByKey(resource.key)
  if (!registry?.adminEnabled) throw controlError('UnAuthorizedForCredentialOperations', resource.id)
  return registry
}
