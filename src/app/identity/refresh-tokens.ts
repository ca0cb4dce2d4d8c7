import type { DirectoryReads } from '#ports/directory.ts'
import { makeSecret } from '#core/secret.ts'
import type { SignInCommands, SignInReads, StoredSignIn } from '#ports/sign-ins.ts'
import type { Deps } from '../deps.ts'
import type { Client } from './clients.ts'
import type { ScopeParameters } from './requested-scope.ts'
import { hashOfSecret } from './credentials.ts'
import { resumeSignIn, type SignedIn } from './sign-in.ts'
import { SignInRefused } from './sign-in-refusal.ts'

/**
 * A refresh token: granted ── half its life, used once more ──▶ replaced ── an hour ──▶ a use of it ends the family
 *
 * It is good for any of our services, and again and again: several `az` at once share one, so a use cannot end it as a
 * code's does. Who presents a replaced one gets the one that stands for it now; for an hour, since several may hold it.
 * After that it is a copy that somebody took, or its owner after such: nobody can tell which, so both sign in again.
 */
const refreshLife = 90 * 24 * 60 * 60 * 1000
const grace = 60 * 60 * 1000

type RefreshDeps = Pick<Deps, 'clock' | 'secrets' | 'random'> & { store: DirectoryReads & SignInCommands & SignInReads }

export interface RefreshToken {
  token: string
  /** It ends with all that came of one sign-in. */
  family: string
}

interface Details {
  credential: string
  asked: ScopeParameters
  /** The program had to prove itself, and has to each time. */
  proven: boolean
}

/** What a replaced one knows of its successor: the text itself, sealed, since it is given again. */
type Replaced = Details & { replacedAt: number; successor: string }

/** For a person at a program, before it is kept; the row knows only its hash. */
export function newRefreshToken(
  deps: RefreshDeps,
  { signedIn, client, asked }: { signedIn: SignedIn; client: Client; asked: ScopeParameters },
): RefreshToken & { row: StoredSignIn } {
  const token = makeSecret(deps.random(32))
  const family = hashOfSecret(`family ${token}`)
  const details: Details = { credential: signedIn.credential, asked, proven: client.credential !== null }
  return { token, family, row: rowOf(deps, token, { family, details, clientId: client.id, principalId: signedIn.principal.id }) }
}

function rowOf(
  { clock }: Pick<Deps, 'clock'>,
  token: string,
  of: { family: string; details: Details; clientId: string; principalId: string | null },
): StoredSignIn {
  const now = clock.now()
  const { family, details, clientId, principalId } = of
  const id = hashOfSecret(token)
  const ends = { createdAt: now, expiresAt: now + refreshLife }
  return { id, kind: 'refresh', userCode: null, principalId, state: 'granted', clientId, family, details: { ...details }, ...ends }
}

/**
 * The person behind a refresh token, and the token to go on with. Fails with `refresh-ended`, `refresh-of-another`,
 * `client-unproven`, `refresh-revoked`, `user-disabled`, `password-ended`.
 */
export async function useRefreshToken(
  deps: RefreshDeps,
  { token, client }: { token: string; client: Client },
): Promise<{ signedIn: SignedIn; asked: ScopeParameters; refreshToken: RefreshToken }> {
  const found = await deps.store.signIn(hashOfSecret(token))
  const now = deps.clock.now()
  if (found?.kind !== 'refresh' || found.family === null || found.expiresAt <= now) throw new SignInRefused('refresh-ended')
  if (found.clientId !== client.id) throw new SignInRefused('refresh-of-another')
  const details = found.details as unknown as Details & Partial<Replaced>
  if (details.proven && client.credential === null) throw new SignInRefused('client-unproven')
  if (details.replacedAt !== undefined && now > details.replacedAt + grace) {
    await deps.store.endSignIns({ family: found.family })
    throw new SignInRefused('refresh-revoked')
  }
  const signedIn = await resumeSignIn(deps, { principalId: found.principalId, credential: details.credential })
  const isOld = found.state === 'replaced' || now > found.createdAt + refreshLife / 2
  const next = isOld ? await successorOf(deps, found, details) : token
  return { signedIn, asked: details.asked, refreshToken: { token: next, family: found.family } }
}

/** The token that stands for one that is old: made at its first use after half its life, the same for each use. */
async function successorOf(deps: RefreshDeps, old: StoredSignIn, { credential, asked, proven }: Details): Promise<string> {
  const next = makeSecret(deps.random(32))
  const sealed = deps.secrets.seal(next, old.id)
  const details: Details = { credential, asked, proven }
  const { clientId, principalId } = old
  const stored = await deps.store.rotateRefreshToken({
    id: old.id,
    details: { ...details, replacedAt: deps.clock.now(), successor: sealed },
    by: rowOf(deps, next, { family: old.family ?? '', details, clientId, principalId }),
  })
  if (!stored) throw new SignInRefused('refresh-ended')
  return deps.secrets.open((stored as unknown as Replaced).successor, old.id)
}
