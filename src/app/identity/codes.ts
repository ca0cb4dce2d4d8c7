import type { DirectoryReads } from '#ports/directory.ts'
import { makeSecret } from '#core/secret.ts'
import type { SignInCommands, SignInReads, StoredSignIn } from '#ports/sign-ins.ts'
import type { Deps } from '../deps.ts'
import { verifierFits } from './pkce.ts'
import type { ScopeParameters } from './requested-scope.ts'
import { hashOfSecret } from './credentials.ts'
import { resumeSignIn, type SignedIn, removeEndedSignIns } from './sign-in.ts'
import { SignInRefused } from './sign-in-refusal.ts'

/**
 * An authorization code: granted ── redeemed ──▶ used ── ten minutes ──▶ gone. A used one stays, with the family of the
 * refresh token that it gave, so that a second use is seen; then what the first one gave ends too (RFC 6749 §4.1.2).
 */
const codeLife = 10 * 60 * 1000

/** What a person is asked on behalf of a program, and what binds the answer to it. */
export interface CodeQuestion {
  clientId: string
  redirectUri: string
  /** S256. */
  challenge: string
  nonce: string | undefined
  asked: ScopeParameters
}

type CodeDeps = Pick<Deps, 'clock' | 'random'> & { store: SignInCommands }

/** A code for what was asked, for the person who has just signed in. */
export async function makeCode(deps: CodeDeps, question: CodeQuestion, signedIn: SignedIn): Promise<string> {
  const code = makeSecret(deps.random(32))
  const now = deps.clock.now()
  const { clientId, ...asked } = question
  await removeEndedSignIns(deps)
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

/** A person whom a code or a device's answer stands for. */
export interface Redemption {
  signedIn: SignedIn
  asked: ScopeParameters
  nonce?: string | undefined
  /** Uses it up, and keeps the refresh token that it gives: both or neither. Fails when another request was first. */
  redeem: (refreshToken: StoredSignIn | null) => Promise<void>
}

/**
 * The person behind a code, once; whatever is wrong with the redemption, the code is used up.
 * Fails with `code-ended`, `code-used`, `code-of-another`, `redirect-differs`, `verifier-wrong`, and as `resumeSignIn` does.
 */
export async function redeemCode(
  deps: Pick<Deps, 'clock'> & { store: DirectoryReads & SignInCommands & SignInReads },
  redemption: { code: string; clientId: string; redirectUri: string; verifier: string },
): Promise<Redemption> {
  const id = hashOfSecret(redemption.code)
  const redeem = async (refreshToken: StoredSignIn | null) => {
    const now = deps.clock.now()
    const outcome = await deps.store.redeemSignIn({ id, now, usedUntil: now + codeLife, refreshToken })
    if (outcome !== 'redeemed') throw new SignInRefused(outcome === 'used' ? 'code-used' : 'code-ended')
  }
  const found = await deps.store.signIn(id)
  if (found?.kind !== 'code' || found.principalId === null) throw new SignInRefused('code-ended')
  try {
    return { ...(await judgeCode(deps, found, redemption)), redeem }
  } catch (error) {
    await redeem(null)
    throw error
  }
}

async function judgeCode(
  deps: Pick<Deps, 'clock'> & { store: DirectoryReads },
  { state, clientId, principalId, details }: StoredSignIn,
  redemption: { clientId: string; redirectUri: string; verifier: string },
): Promise<Omit<Redemption, 'redeem'>> {
  if (state !== 'granted') throw new SignInRefused('code-used')
  if (clientId !== redemption.clientId) throw new SignInRefused('code-of-another')
  const { redirectUri, challenge, credential, asked, nonce } = details
  if (redirectUri !== redemption.redirectUri) throw new SignInRefused('redirect-differs')
  if (!verifierFits(redemption.verifier, String(challenge))) throw new SignInRefused('verifier-wrong')
  return {
    signedIn: await resumeSignIn(deps, { principalId, credential }),
    asked: asked as ScopeParameters,
    nonce: typeof nonce === 'string' ? nonce : undefined,
  }
}
