import { RegistryError } from '#core/registry-error.ts'
import type { FailedLogins, Guess } from '../tokens/rate-limits.ts'
import { type SignInReason, SignInRefused } from './sign-in-refusal.ts'

/** What a wrong guess looks like; any other failure tells nothing of what was guessed. */
const wrongGuesses: ReadonlySet<SignInReason> = new Set([
  'password-wrong',
  'client-secret-wrong',
  'client-secret-ended',
  'user-code-unknown',
])
const isWrong = (error: unknown): boolean => error instanceof SignInRefused && wrongGuesses.has(error.reason)

interface Logins {
  failedLogins: FailedLogins
}

/**
 * Judges a password that somebody chose, which can be guessed: slowed down by the address over all names and by the name
 * over all addresses, and for who signed in from the address before by these two alone, so that nobody is locked out of his
 * own place by what others do. Guesses of one address wait for one another: many at once would all be judged before the first
 * was counted. Fails with `too-many-attempts`, whose detail has `retryAfter` in seconds, and as `judge` does.
 */
export async function throttlePassword<Result>({ failedLogins }: Logins, guess: Guess, judge: () => Promise<Result>): Promise<Result> {
  const judged = async () => {
    refusePaused(() => failedLogins.check(guess))
    try {
      const result = await judge()
      failedLogins.right(guess)
      return result
    } catch (error) {
      if (isWrong(error)) failedLogins.wrong(guess)
      throw error
    }
  }
  const line = guess.familiar ? `${guess.address} ${guess.name}` : guess.address
  return failedLogins.turns.take(line, judged).catch(asRefusal)
}

/**
 * Judges a secret that we made, which nobody guesses: a right one is always believed, and only who goes on with wrong ones
 * is sent away. Fails as `throttlePassword` does.
 */
export async function throttleSecret<Result>({ failedLogins }: Logins, address: string, judge: () => Promise<Result>): Promise<Result> {
  try {
    return await judge()
  } catch (error) {
    if (isWrong(error)) refusePaused(() => failedLogins.tried(address))
    throw error
  }
}

/** Fails with `too-many-attempts` while the pause lasts. */
export function refuseWhileThrottled(failedLogins: FailedLogins, address: string, name: string): void {
  refusePaused(() => failedLogins.checkPair(address, name))
}

function refusePaused(check: () => void): void {
  try {
    check()
  } catch (error) {
    asRefusal(error)
  }
}

function asRefusal(error: unknown): never {
  if (error instanceof SignInRefused || !(error instanceof RegistryError) || error.failure !== 'too-many-requests') throw error
  throw new SignInRefused('too-many-attempts', { retryAfter: Number(error.detail.retryAfter ?? 1) })
}
