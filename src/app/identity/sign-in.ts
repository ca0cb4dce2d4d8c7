import type { DirectoryObject, StoredSecret } from '#ports/directory-store.ts'
import type { PasswordHasher } from '#ports/password-hasher.ts'
import type { Deps } from '../deps.ts'
import type { FailedLogins } from '../tokens/rate-limits.ts'
import { slowGuessing } from './guessing.ts'
import { hashOfSecret, isCurrent } from './secrets.ts'
import { SignInRefused } from './sign-in-refusal.ts'

/** A person who has just shown the password, or did so when a code or a refresh token was made. */
export interface SignedIn {
  principal: DirectoryObject
  /** Names the password that was shown; another one, and what was given on its ground ends. */
  credential: string
}

type SignInDeps = Pick<Deps, 'store' | 'clock' | 'hasher'> & { failedLogins: FailedLogins }

/**
 * Believes a person. Who does not know the password learns nothing: not whether there is such a user, by no text and by
 * no time. A name without a domain is one of ours. Fails with `password-wrong`, `too-many-attempts`, and for who knows the
 * password with `password-ended`, `user-disabled`.
 */
export async function signInUser(
  deps: SignInDeps,
  { username, password, address }: { username: string; password: string; address: string },
): Promise<SignedIn> {
  const { store, clock, hasher } = deps
  const login = await loginOf(deps, username)
  return slowGuessing(deps, { address, name: login }, async () => {
    const principal = await store.userByLogin(login)
    const secret = principal && (await passwordOf(deps, principal))
    const good = await hasher.verify(password, secret?.hash ?? (await nobodysHash(hasher)))
    if (!principal || !secret || !good) throw new SignInRefused('password-wrong')
    if (!principal.enabled) throw new SignInRefused('user-disabled')
    if (!isCurrent(secret, clock.now())) throw new SignInRefused('password-ended')
    return { principal, credential: nameOf(secret) }
  })
}

/**
 * A person who showed a password before. Fails with `refresh-revoked` when the user is gone or the password is another
 * one, with `user-disabled`, `password-ended`.
 */
export async function recallUser(
  deps: Pick<Deps, 'store' | 'clock'>,
  { principalId, credential }: { principalId: string | null; credential: unknown },
): Promise<SignedIn> {
  const principal = principalId === null ? undefined : await deps.store.directoryObject(principalId)
  const secret = principal?.kind === 'user' ? await passwordOf(deps, principal) : undefined
  if (!principal || !secret || nameOf(secret) !== credential) throw new SignInRefused('refresh-revoked')
  if (!principal.enabled) throw new SignInRefused('user-disabled')
  if (!isCurrent(secret, deps.clock.now())) throw new SignInRefused('password-ended')
  return { principal, credential: nameOf(secret) }
}

async function loginOf({ store }: Pick<Deps, 'store'>, username: string): Promise<string> {
  const name = username.trim().toLowerCase().slice(0, 320)
  return name.includes('@') ? name : `${name}@${(await store.tenant())?.domain ?? ''}`
}

/** A user has one password; were there more, the one that began last counts. */
const passwordOf = async ({ store }: Pick<Deps, 'store'>, user: DirectoryObject): Promise<StoredSecret | undefined> =>
  (await store.secrets([user.id])).findLast((each) => each.kind === 'password')

const nameOf = ({ keyId, hash }: StoredSecret): string => hashOfSecret(`${keyId} ${hash}`).slice(0, 32)

// Compared for a user that there is not, at the same cost.
const nobodysHashes = new WeakMap<PasswordHasher, Promise<string>>()
function nobodysHash(hasher: PasswordHasher): Promise<string> {
  let hash = nobodysHashes.get(hasher)
  if (!hash) nobodysHashes.set(hasher, (hash = hasher.hash('nobody')))
  return hash
}
