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

/** Whether a client secret is one of these; `ended`: it was, or is not yet. Each is compared, in constant time. */
export function judgeClientSecret(secrets: readonly StoredSecret[], secret: string, now: number): 'current' | 'ended' | 'wrong' {
  const presented = Buffer.from(hashOfSecret(secret), 'hex')
  const same = secrets.filter((each) => each.kind === 'password' && timingSafeEqual(presented, Buffer.from(each.hash, 'hex')))
  if (same.some((each) => isCurrent(each, now))) return 'current'
  return same.length > 0 ? 'ended' : 'wrong'
}

/** The service principal whose client secret this is, and which has not ended; undefined for a wrong pair. */
export async function servicePrincipalBySecret(
  deps: Pick<Deps, 'store' | 'clock'>,
  appId: string,
  secret: string,
): Promise<DirectoryObject | undefined> {
  const principal = (await deps.store.directoryObjectsByAppId(appId)).find((each) => each.kind === 'servicePrincipal')
  const judgement = judgeClientSecret(await secretsOfApplication(deps, appId), secret, deps.clock.now())
  return judgement === 'current' ? principal : undefined
}
