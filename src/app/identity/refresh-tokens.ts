import { makeSecret } from '#core/secret.ts'
import type { Deps } from '../deps.ts'
import type { AskedText } from './requested-scope.ts'
import { hashOfSecret } from './secrets.ts'
import { recallUser, type SignedIn } from './sign-in.ts'
import { SignInRefused } from './sign-in-refusal.ts'
import { sweepSignIns } from './sweep.ts'

/** In milliseconds; Entra's 90 days without use. */
const refreshLife = 90 * 24 * 60 * 60 * 1000

type RefreshDeps = Pick<Deps, 'store' | 'clock'> & { random: (bytes: number) => Uint8Array }

/** For a person at a program; the store knows only its hash. */
export async function makeRefreshToken(
  deps: RefreshDeps,
  { signedIn, clientId, asked }: { signedIn: SignedIn; clientId: string; asked: AskedText },
): Promise<string> {
  const token = makeSecret(deps.random(32))
  const now = deps.clock.now()
  await sweepSignIns(deps)
  await deps.store.putSignIn({
    signIn: {
      id: hashOfSecret(token),
      kind: 'refresh',
      userCode: null,
      principalId: signedIn.principal.id,
      state: 'granted',
      clientId,
      details: { credential: signedIn.credential, asked },
      createdAt: now,
      expiresAt: now + refreshLife,
    },
  })
  return token
}

/**
 * The person behind a refresh token. It is good for any of our services, and again and again until it ends: several
 * `az` at once share one, so a use cannot end it as a code's does. After half its life another takes its place.
 * Fails with `refresh-ended`, `refresh-of-another`, `refresh-revoked`, `user-disabled`, `password-ended`.
 */
export async function useRefreshToken(
  deps: Pick<Deps, 'store' | 'clock'>,
  { token, clientId }: { token: string; clientId: string },
): Promise<{ signedIn: SignedIn; asked: AskedText; isOld: boolean }> {
  const found = await deps.store.signIn(hashOfSecret(token))
  const now = deps.clock.now()
  if (found?.kind !== 'refresh' || found.expiresAt <= now) throw new SignInRefused('refresh-ended')
  if (found.clientId !== clientId) throw new SignInRefused('refresh-of-another')
  const { credential, asked } = found.details
  const signedIn = await recallUser(deps, { principalId: found.principalId, credential })
  return { signedIn, asked: asked as AskedText, isOld: now > found.createdAt + refreshLife / 2 }
}

/** One token ends, whoever holds it. */
export async function endRefreshToken({ store, clock }: Pick<Deps, 'store' | 'clock'>, id: string): Promise<void> {
  await store.takeSignIn({ id, now: clock.now() })
}
