import { createHash, timingSafeEqual } from 'node:crypto'
import { readOnce } from '#core/read-once.ts'
import type { DirectoryObject, DirectoryReads, PrincipalWithSecrets, StoredSecret } from '#ports/directory.ts'
import type { Deps } from '../deps.ts'

/** What somebody proves himself with. */
export interface Credential {
  secret: StoredSecret
  /**
   * What is given on its ground carries this name, and ends with it: when the secret is reset or removed, when its holder
   * is switched off. Another secret beside it changes nothing.
   */
  name: string
}

export interface PrincipalCredentials {
  principal: DirectoryObject
  credentials: readonly Credential[]
}

/** A user or a service principal as it is now; undefined when it is gone. */
export async function credentialsOfPrincipal(
  { store }: { store: DirectoryReads },
  principalId: string,
): Promise<PrincipalCredentials | undefined> {
  const stored = await store.principalWithSecrets(principalId)
  return stored && read(stored)
}

/** The one that was named, unless it ended. */
export const credentialNamed = ({ credentials }: PrincipalCredentials, name: unknown, now: number): Credential | undefined =>
  credentials.find((each) => each.name === name && isCurrent(each.secret, now))

/** The service principal whose client secret this is, and which has not ended; undefined for a wrong pair. */
export async function servicePrincipalBySecret(
  deps: Pick<Deps, 'clock'> & { store: DirectoryReads },
  appId: string,
  secret: string,
): Promise<{ principal: DirectoryObject; credential: Credential } | undefined> {
  const principal = (await deps.store.directoryObjectsByAppId(appId)).find((each) => each.kind === 'servicePrincipal')
  const found = principal && (await credentialsOfPrincipal(deps, principal.id))
  const credential = findClientSecret(found?.credentials ?? [], secret, deps.clock.now())
  return found && typeof credential !== 'string' ? { principal: found.principal, credential } : undefined
}

// The store gives the same row until it changes: names are worked out once.
const read = readOnce(
  ({ principal, generation, secrets }: PrincipalWithSecrets): PrincipalCredentials => ({
    principal,
    credentials: secrets.map((secret) => ({ secret, name: hashOfSecret(`${generation} ${secret.keyId} ${secret.hash}`).slice(0, 32) })),
  }),
)

/** A secret that we made of 256 random bits needs no slow hash. */
export const hashOfSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export const isCurrent = ({ startsAt, endsAt }: StoredSecret, now: number): boolean => startsAt <= now && (endsAt === null || now < endsAt)

/** What an application and its service principal prove themselves with; each is good for both. */
export async function secretsOfApplication({ store }: { store: DirectoryReads }, appId: string): Promise<StoredSecret[]> {
  return store.secrets((await store.directoryObjectsByAppId(appId)).map((each) => each.id))
}

/** Which of these a client secret is; `ended`: it was one, or is not yet. Each is compared, in constant time. */
export function findClientSecret<Of extends { secret: StoredSecret }>(
  known: readonly Of[],
  text: string,
  now: number,
): Of | 'ended' | 'wrong' {
  const presented = Buffer.from(hashOfSecret(text), 'hex')
  const same = known.filter(({ secret }) => secret.kind === 'password' && timingSafeEqual(presented, Buffer.from(secret.hash, 'hex')))
  return same.find(({ secret }) => isCurrent(secret, now)) ?? (same.length > 0 ? 'ended' : 'wrong')
}
