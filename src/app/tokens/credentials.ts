import type { AdminCredentials } from '#core/maintenance.ts'
import { makeSecret } from '#core/secret.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { AskedBy } from '#ports/command.ts'
import type { CredentialCommands, CredentialReads, StoredCredential } from '#ports/credentials.ts'
import type { Registry } from '#ports/registries.ts'
import type { AdminPassword } from '#ports/resources.ts'
import type { Deps } from '../deps.ts'
import { hashOfSecret } from '../identity/credentials.ts'

type Slot = StoredCredential['slot']
type CredentialDeps = Pick<Deps, 'ids' | 'secrets' | 'clock' | 'random'> & { store: CredentialCommands & CredentialReads }

/** Fails with `denied` while the admin user is off. */
export async function showCredentials(
  { store, secrets }: Pick<Deps, 'secrets'> & { store: CredentialReads },
  registry: Registry,
): Promise<AdminCredentials> {
  if (!registry.adminEnabled)
    throw new RegistryError(
      'denied',
      `the admin user of registry ${registry.name} is off: switch it on with "longshore registry update --registry ${registry.name} --admin-enabled true"`,
    )
  const stored = await store.credentials(registry.id)
  return {
    username: registry.name,
    passwords: stored.map(({ slot, secretSealed, id }) => ({
      name: slot as 'password' | 'password2',
      value: secrets.open(secretSealed ?? '', id),
    })),
  }
}

/** A new password in one slot; the old one, and each token got with it, ends at the next request. */
export async function renewCredential(deps: CredentialDeps, registry: Registry, slot: Slot, { askedBy }: AskedBy = {}): Promise<void> {
  const existing = (await deps.store.credentials(registry.id)).find((each) => each.slot === slot)
  await deps.store.putCredential({
    ...newAdminPassword(deps, slot, existing?.id),
    registryId: registry.id,
    principalId: existing?.principalId ?? `admin-${registry.id}`,
    principalName: registry.name,
    kind: 'admin',
    expiresAt: null,
    askedBy,
  })
}

/** @param id of the credential whose place it takes */
export function newAdminPassword(
  { ids, random, secrets, clock }: Omit<CredentialDeps, 'store'>,
  slot: Slot,
  id = ids.next(),
): AdminPassword {
  const secret = makeSecret(random(32))
  return { id, slot, secretHash: hashOfSecret(secret), secretSealed: secrets.seal(secret, id), createdAt: clock.now() }
}
