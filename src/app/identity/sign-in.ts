import type { DirectoryObject } from '#ports/directory.ts'
import { nobodysHash } from '#ports/password-hasher.ts'
import type { Deps } from '../deps.ts'
import type { FailedLogins } from '../tokens/rate-limits.ts'
import { isFamiliar, noteFamiliar } from './familiar.ts'
import { slowGuessing } from './guessing.ts'
import { isCurrent } from './secrets.ts'
import { SignInRefused } from './sign-in-refusal.ts'
import { type Credential, type Standing, standingOf } from './standing.ts'

/** A person who has just shown the password, or did so when a code or a refresh token was made. */
export interface SignedIn {
  principal: DirectoryObject
  /** The name of the password that was shown (standing.ts). */
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
  const user = await store.userByLogin(login)
  const standing = user && (await standingOf(deps, user.id))
  const credential = standing && passwordOf(standing)
  const familiar = await isFamiliar(deps, { credential: credential?.name ?? '', address })
  return slowGuessing(deps, { address, name: login, familiar }, async () => {
    const good = await hasher.verify(password, credential?.secret.hash ?? nobodysHash, { known: familiar })
    if (!standing || !credential || !good) throw new SignInRefused('password-wrong')
    const signedIn = believed(standing, credential, clock.now())
    await noteFamiliar(deps, { credential: credential.name, address, principalId: standing.principal.id })
    return signedIn
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
  const standing = principalId === null ? undefined : await standingOf(deps, principalId)
  if (standing && !standing.principal.enabled) throw new SignInRefused('user-disabled')
  const password = standing?.principal.kind === 'user' ? passwordOf(standing) : undefined
  if (!standing || password?.name !== credential) throw new SignInRefused('refresh-revoked')
  return believed(standing, password as Credential, deps.clock.now())
}

function believed({ principal }: Standing, { name, secret }: Credential, now: number): SignedIn {
  if (!principal.enabled) throw new SignInRefused('user-disabled')
  if (!isCurrent(secret, now)) throw new SignInRefused('password-ended')
  return { principal, credential: name }
}

async function loginOf({ store }: Pick<Deps, 'store'>, username: string): Promise<string> {
  const name = username.trim().toLowerCase().slice(0, 320)
  return name.includes('@') ? name : `${name}@${(await store.tenant())?.domain ?? ''}`
}

/** A user has one password; were there more, the newest counts. */
const passwordOf = ({ credentials }: Standing): Credential | undefined => credentials.find(({ secret }) => secret.kind === 'password')
