import type { InstallationCommands, InstallationReads } from '#ports/installation.ts'
import type { CredentialReads } from '#ports/credentials.ts'
import type { AdminCredentials } from '#core/maintenance.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { showCredentials } from '../tokens/credentials.ts'

/** What a first start makes for a person to sign in with. */
export interface FirstPasswords {
  /** The admin user of the first registry; undefined when it is off already. */
  credentials: AdminCredentials | undefined
  owner: Owner | undefined
}

interface Owner {
  login: string
  password: string
}

const context = 'first-owner'

/** The owner's password is hashed where it is checked: until somebody saw it, it lies here under the key file. */
export async function keepOwner(
  { store, secrets }: Pick<Deps, 'secrets'> & { store: InstallationCommands & InstallationReads },
  owner: Owner,
): Promise<void> {
  const installation = await store.installation()
  if (!installation) return
  await store.putInstallation({ ...installation, ownerSealed: secrets.seal(JSON.stringify(owner), context), passwordsShown: false })
}

/** Undefined once somebody was told. */
export async function unshownPasswords(
  deps: Pick<Deps, 'secrets'> & { store: CredentialReads & InstallationReads },
  registry: Registry | undefined,
): Promise<FirstPasswords | undefined> {
  const installation = await deps.store.installation()
  if (!installation || installation.passwordsShown) return undefined
  const { ownerSealed } = installation
  return {
    credentials: registry?.adminEnabled ? await showCredentials(deps, registry) : undefined,
    owner: ownerSealed === null ? undefined : (JSON.parse(deps.secrets.open(ownerSealed, context)) as Owner),
  }
}

export async function markPasswordsShown(store: InstallationCommands & InstallationReads): Promise<void> {
  const installation = await store.installation()
  if (installation) await store.putInstallation({ ...installation, ownerSealed: null, passwordsShown: true })
}
