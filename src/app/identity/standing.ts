import { readOnce } from '#core/read-once.ts'
import type { DirectoryObject, StoredSecret, StoredStanding } from '#ports/directory.ts'
import type { Deps } from '../deps.ts'
import { findClientSecret, hashOfSecret, isCurrent } from './secrets.ts'

/** What somebody proves himself with. */
export interface Credential {
  secret: StoredSecret
  /**
   * What is given on its ground carries this name, and ends with it: when the secret is reset or removed, when its holder
   * is switched off. Another secret beside it changes nothing.
   */
  name: string
}

export interface Standing {
  principal: DirectoryObject
  credentials: readonly Credential[]
}

/** A user or a service principal as it is now; undefined when it is gone. */
export async function standingOf({ store }: Pick<Deps, 'store'>, principalId: string): Promise<Standing | undefined> {
  const stored = await store.standing(principalId)
  return stored && read(stored)
}

/** The one that was named, unless it ended. */
export const credentialNamed = ({ credentials }: Standing, name: unknown, now: number): Credential | undefined =>
  credentials.find((each) => each.name === name && isCurrent(each.secret, now))

/** The service principal whose client secret this is, and which has not ended; undefined for a wrong pair. */
export async function servicePrincipalBySecret(
  deps: Pick<Deps, 'store' | 'clock'>,
  appId: string,
  secret: string,
): Promise<{ principal: DirectoryObject; credential: Credential } | undefined> {
  const principal = (await deps.store.directoryObjectsByAppId(appId)).find((each) => each.kind === 'servicePrincipal')
  const standing = principal && (await standingOf(deps, principal.id))
  const found = findClientSecret(standing?.credentials ?? [], secret, deps.clock.now())
  return standing && typeof found !== 'string' ? { principal: standing.principal, credential: found } : undefined
}

// The store gives the same row until it changes: names are worked out once.
const read = readOnce(
  ({ principal, generation, secrets }: StoredStanding): Standing => ({
    principal,
    credentials: secrets.map((secret) => ({ secret, name: hashOfSecret(`${generation} ${secret.keyId} ${secret.hash}`).slice(0, 32) })),
  }),
)
