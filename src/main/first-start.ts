import type { DataDirectory } from '#adapters/fs/data-directory.ts'
import type { Parts } from '#adapters/fs/parts.ts'
import { openSecretBox } from '#adapters/system/secret-box.ts'
import type { DirectoryDeps } from '#app/identity/directory.ts'
import { begin } from '#app/resources/first-start.ts'
import type { ResourceDeps } from '#app/resources/rules.ts'
import { homeLocation } from '#core/location.ts'
import { Refusal } from '#core/refusal.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { SecretBox } from '#ports/secret-box.ts'
import type { Config } from './settings.ts'

/** The name of the registry that a data directory begins with. */
export const firstRegistry = 'local'

const keyCheck = { word: 'longshore', context: 'key-check' } as const

export interface Beginning {
  directory: DataDirectory
  parts: Parts
  /** For people, without secrets. */
  database: string
  /** It lies in the data directory, and is no other server's. */
  isOwn: boolean
}

/**
 * The secrets of a data directory, under its key file. A first start is absent → with a row → with a key → begun; it is
 * taken up where it was cut off. From `begun` on, a part that is not there is lost. Refuses as `openDirectory` tells.
 */
export async function openSecrets(
  store: MetadataStore,
  { directory: { objects, secretKey, root }, parts, database, isOwn }: Beginning,
): Promise<SecretBox> {
  const before = await store.installation()
  // Where servers share a database, their key may have been given to them before the first of them began.
  if (!before && ((isOwn && parts.key) || parts.files)) throw new Refusal('database-missing', { path: database })
  if (before?.begun && !parts.key)
    throw isOwn
      ? new Refusal('key-missing', { path: secretKey, dataDir: root })
      : new Refusal('key-missing-shared', { path: secretKey, database })
  if (before?.begun && !parts.files && (await store.hasFiles())) throw new Refusal('objects-missing', { path: objects })
  const fresh = { begun: false, ownerSealed: null, passwordsShown: false }
  if (!before) await store.putInstallation({ ...fresh, keyCheck: '' })
  const secrets = openSecretBox(secretKey)
  if (!before?.begun) await store.putInstallation({ ...fresh, keyCheck: secrets.seal(keyCheck.word, keyCheck.context) })
  else if (!opens(secrets, before.keyCheck))
    throw isOwn ? new Refusal('key-foreign', { path: secretKey }) : new Refusal('key-foreign-shared', { path: secretKey, database })
  return secrets
}

function opens(secrets: SecretBox, sealed: string): boolean {
  try {
    return secrets.open(sealed, keyCheck.context) === keyCheck.word
  } catch {
    return false
  }
}

/** What an installation begins with; made once, whatever becomes of it later. */
export async function beginOnce(deps: ResourceDeps & DirectoryDeps, config: Config): Promise<void> {
  const { store } = deps
  if ((await store.installation())?.begun) return
  await begin(deps, { registry: firstRegistry, domain: config.domain, location: homeLocation, storageLimit: config.storageLimit })
  const installation = await store.installation()
  if (installation) await store.putInstallation({ ...installation, begun: true })
}
