import { makeSecret } from '#core/secret.ts'
import type { StoredSignIn } from '#ports/sign-ins.ts'
import type { Deps } from '../deps.ts'
import { verifierFits } from './pkce.ts'
import type { AskedText } from './requested-scope.ts'
import { hashOfSecret } from './secrets.ts'
import { recallUser, type SignedIn } from './sign-in.ts'
import { SignInRefused } from './sign-in-refusal.ts'
import { sweepSignIns } from './sweep.ts'

/**
 * An authorization code: granted ── redeemed ──▶ used ── ten minutes ──▶ gone. A used one stays as a row of state
 * `refused`, so that a second use is seen; then what the first one gave ends too (RFC 6749 §4.1.2).
 */
const codeLife = 10 * 60 * 1000

/** What a person is asked on behalf of a program, and what binds the answer to it. */
export interface CodeQuestion {
  clientId: string
  redirectUri: string
  /** S256. */
  challenge: string
  nonce: string | undefined
  asked: AskedText
}

type CodeDeps = Pick<Deps, 'store' | 'clock'> & { random: (bytes: number) => Uint8Array }

/** A code for what was asked, for the person who has just signed in. */
export async function makeCode(deps: CodeDeps, question: CodeQuestion, signedIn: SignedIn): Promise<string> {
  const code = makeSecret(deps.random(32))
  const now = deps.clock.now()
  const { clientId, ...asked } = question
  await sweepSignIns(deps)
  await deps.store.putSignIn({
    signIn: {
      id: hashOfSecret(code),
      kind: 'code',
      userCode: null,
      principalId: signedIn.principal.id,
      state: 'granted',
      clientId,
      family: null,
      details: { ...asked, credential: signedIn.credential },
      createdAt: now,
      expiresAt: now + codeLife,
    },
  })
  return code
}

export interface Redeemed {
  signedIn: SignedIn
  asked: AskedText
  nonce: string | undefined
  /** To be told of which family the refresh token is that came of it. */
  gave: (family: string) => Promise<void>
}

/**
 * The person behind a code, once; whatever is wrong with the redemption, the code is gone.
 * Fails with `code-ended`, `code-used`, `code-of-another`, `redirect-differs`, `verifier-wrong`, and as `recallUser` does.
 */
export async function redeemCode(
  deps: Pick<Deps, 'store' | 'clock'>,
  given: { code: string; clientId: string; redirectUri: string; verifier: string },
): Promise<Redeemed> {
  const id = hashOfSecret(given.code)
  const found = await deps.store.signIn(id)
  if (found?.kind !== 'code' || found.principalId === null) throw new SignInRefused('code-ended')
  if (found.state === 'refused') return refuseReuse(deps, found)
  if (found.expiresAt <= deps.clock.now()) throw new SignInRefused('code-ended')
  const taken = await deps.store.takeSignIn({ id, now: deps.clock.now() })
  // Between the two steps another request redeemed it.
  if (taken?.state !== 'granted') throw new SignInRefused('code-used')
  const used = { ...taken, state: 'refused' as const, expiresAt: deps.clock.now() + codeLife }
  await deps.store.putSignIn({ signIn: { ...used, details: {} } })
  if (taken.clientId !== given.clientId) throw new SignInRefused('code-of-another')
  const { redirectUri, challenge, credential, asked, nonce } = taken.details
  if (redirectUri !== given.redirectUri) throw new SignInRefused('redirect-differs')
  if (!verifierFits(given.verifier, String(challenge))) throw new SignInRefused('verifier-wrong')
  return {
    signedIn: await recallUser(deps, { principalId: taken.principalId, credential }),
    asked: asked as AskedText,
    nonce: typeof nonce === 'string' ? nonce : undefined,
    gave: async (gave) => {
      // It was taken meanwhile: the code came a second time, and ends what comes of the first.
      if (!(await deps.store.takeSignIn({ id, now: deps.clock.now() }))) await deps.store.endSignIns({ family: gave })
      await deps.store.putSignIn({ signIn: { ...used, details: { gave } } })
    },
  }
}

// Taken, so that a first redemption that is not through yet sees it (`gave`).
async function refuseReuse({ store, clock }: Pick<Deps, 'store' | 'clock'>, { id }: StoredSignIn): Promise<never> {
  const gave = (await store.takeSignIn({ id, now: clock.now() }))?.details.gave
  if (typeof gave === 'string') await store.endSignIns({ family: gave })
  throw new SignInRefused('code-used')
}
