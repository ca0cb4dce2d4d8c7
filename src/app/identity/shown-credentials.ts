import type { DirectoryObject, StoredSecret } from '#ports/directory.ts'
import type { Deps } from '../deps.ts'
import type { DirectoryReading } from './directory.ts'

/** What an object proves itself with, as it may be told: never a secret's text or hash. */
export interface ShownCredential extends Omit<StoredSecret, 'hash' | 'certificate'> {
  certificate: { der: Uint8Array; sha1: string } | null
}

/** Of these objects, each one's own; the newest first. */
export async function shownCredentials(
  deps: DirectoryReading,
  objects: readonly Pick<DirectoryObject, 'id'>[],
): Promise<ReadonlyMap<string, readonly ShownCredential[]>> {
  const secrets = await deps.store.secrets(objects.map(({ id }) => id))
  return Map.groupBy(
    secrets.map((each) => shown(deps, each)),
    (each) => each.objectId,
  )
}

export function shown({ certificates }: Pick<Deps, 'certificates'>, secret: StoredSecret): ShownCredential {
  const { hash: _, certificate: pem, ...rest } = secret
  const certificate = pem === null ? undefined : certificates.read(pem)
  return { ...rest, certificate: certificate ? { der: certificate.der, sha1: certificate.sha1 } : null }
}
