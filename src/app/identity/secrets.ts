import { createHash, timingSafeEqual } from 'node:crypto'
import type { StoredSecret } from '#ports/directory.ts'
import type { Deps } from '../deps.ts'

/** A secret that we made of 256 random bits needs no slow hash. */
export const hashOfSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export const isCurrent = ({ startsAt, endsAt }: StoredSecret, now: number): boolean => startsAt <= now && (endsAt === null || now < endsAt)

/** What an application and its service principal prove themselves with; each is good for both. */
export async function secretsOfApplication({ store }: Pick<Deps, 'store'>, appId: string): Promise<StoredSecret[]> {
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
