import type { SignInCommands, SignInReads } from '#ports/sign-ins.ts'
import type { DirectoryObject, DirectoryReads } from '#ports/directory.ts'
import { nobodysHash } from '#ports/password-hasher.ts'
import type { Deps } from '../deps.ts'
import { isFamiliar, noteFamiliar } from './familiar-addresses.ts'
import { throttlePassword } from './throttling.ts'
import { isCurrent, type Credential, type PrincipalCredentials, credentialsOfPrincipal } from './credentials.ts'
import { SignInRefused } from './sign-in-refusal.ts'

/** A person who has just shown the password, or did so when a code or a refresh token was made. */
export interface SignedIn {
  principal: DirectoryObject
  /** The name of the password that was shown (credentials.ts). */
  credential: string
}

type SignInDeps = Pick<Deps, 'clock' | 'hasher' | 'failedLogins'> & { store: DirectoryReads & SignInCommands & SignInReads }

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
  const found = user && (await credentialsOfPrincipal(deps, user.id))
  const credential = found && passwordOf(found)
  const familiar = await isFamiliar(deps, { credential: credential?.name ?? '', address })
  return throttlePassword(deps, { address, name: login, familiar }, async () => {
    const good = await hasher.verify(password, credential?.secret.hash ?? nobodysHash, { known: familiar })
    if (!found || !credential || !good) throw new SignInRefused('password-wrong')
    const signedIn = believed(found, credential, clock.now())
    await noteFamiliar(deps, { credential: credential.name, address, principalId: found.principal.id })
    return signedIn
  })
}

/**
 * A person who showed a password before. Fails with `refresh-revoked` when the user is gone or the password is another
 * one, with `user-disabled`, `password-ended`.
 */
export async function resumeSignIn(
  deps: Pick<Deps, 'clock'> & { store: DirectoryReads },
  { principalId, credential }: { principalId: string | null; credential: unknown },
): Promise<SignedIn> {
  const found = principalId === null ? undefined : await credentialsOfPrincipal(deps, principalId)
  if (found && !found.principal.enabled) throw new SignInRefused('user-disabled')
  const password = found?.principal.kind === 'user' ? passwordOf(found) : undefined
  if (!found || password?.name !== credential) throw new SignInRefused('refresh-revoked')
  return believed(found, password as Credential, deps.clock.now())
}

function believed({ principal }: PrincipalCredentials, { name, secret }: Credential, now: number): SignedIn {
  if (!principal.enabled) throw new SignInRefused('user-disabled')
  if (!isCurrent(secret, now)) throw new SignInRefused('password-ended')
  return { principal, credential: name }
}

async function loginOf({ store }: { store: DirectoryReads }, username: string): Promise<string> {
  const name = username.trim().toLowerCase().slice(0, 320)
  return name.includes('@') ? name : `${name}@${(await store.tenant())?.domain ?? ''}`
}

/** A user has one password; were there more, the newest counts. */
const passwordOf = ({ credentials }: PrincipalCredentials): Credential | undefined =>
  credentials.find(({ secret }) => secret.kind === 'password')

const mostRemoved = 50

/** Each new sign-in takes along a few that ended: so many as there can be new ones, old ones never pile up. */
export async function removeEndedSignIns({ store, clock }: Pick<Deps, 'clock'> & { store: SignInCommands }): Promise<void> {
  await store.reapSignIns({ now: clock.now(), limit: mostRemoved })
}
