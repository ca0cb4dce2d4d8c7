import { createHash, timingSafeEqual } from 'node:crypto'
import type { DirectoryObject, StoredSecret } from '#ports/directory-store.ts'
import type { Deps } from '../deps.ts'

/** A secret that we made of 256 random bits needs no slow hash. */
export const hashOfSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export const isCurrent = ({ startsAt, endsAt }: StoredSecret, now: number): boolean => startsAt <= now && (endsAt === null || now < endsAt)

/** What an application and its service principal prove themselves with; each is good for both. */
export async function secretsOfApplication({ store }: Pick<Deps, 'store'>, appId: string): Promise<StoredSecret[]> {
  return store.secrets((await store.directoryObjectsByAppId(appId)).map((each) => each.id))
}

/** The service principal whose client secret this is, and which has not ended; undefined for a wrong pair. */
export async function servicePrincipalBySecret(
  deps: Pick<Deps, 'store' | 'clock'>,
  appId: string,
  secret: string,
): Promise<DirectoryObject | undefined> {
  const presented = Buffer.from(hashOfSecret(secret), 'hex')
  const principal = (await deps.store.directoryObjectsByAppId(appId)).find((each) => each.kind === 'servicePrincipal')
  const now = deps.clock.now()
  let good = false
  for (const each of await secretsOfApplication(deps, appId))
    if (each.kind === 'password' && timingSafeEqual(presented, Buffer.from(each.hash, 'hex')) && isCurrent(each, now)) good = true
  return good ? principal : undefined
}
