import { RegistryError } from '#core/registry-error.ts'
import type { FailedLogins } from '../tokens/rate-limits.ts'
import { type SignInReason, SignInRefused } from './sign-in-refusal.ts'

/** What a wrong guess looks like; any other failure tells nothing of what was guessed. */
const wrongGuesses: ReadonlySet<SignInReason> = new Set([
  'password-wrong',
  'client-secret-wrong',
  'client-secret-ended',
  'user-code-unknown',
])

/**
 * Judges what may be a guess, slowed down by the address and the name. Guesses of one name from one address wait for
 * one another: many at once would all be judged before the first was counted. Fails with `too-many-attempts`, whose
 * detail has `retryAfter` in seconds, and as `judge` does.
 */
export async function slowGuessing<Result>(
  { failedLogins }: { failedLogins: FailedLogins },
  { address, name }: { address: string; name: string },
  judge: () => Promise<Result>,
): Promise<Result> {
  const turns = turnsOf(failedLogins)
  const key = `${address} ${name}`
  const before = turns.get(key) ?? Promise.resolve()
  const { promise: turn, resolve: done } = Promise.withResolvers<void>()
  const last = before.then(() => turn)
  turns.set(key, last)
  try {
    await before
    refuseWhilePaused(failedLogins, address, name)
    const result = await judge()
    failedLogins.succeeded(address, name)
    return result
  } catch (error) {
    if (error instanceof SignInRefused && wrongGuesses.has(error.reason)) failedLogins.failed(address, name)
    throw error
  } finally {
    done()
    if (turns.get(key) === last) turns.delete(key)
  }
}

/** Fails with `too-many-attempts` while the pause lasts. */
export function refuseWhilePaused(failedLogins: FailedLogins, address: string, name: string): void {
  try {
    failedLogins.check(address, name)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    throw new SignInRefused('too-many-attempts', { retryAfter: Number(error.detail.retryAfter ?? 1) })
  }
}

const turnsByLogins = new WeakMap<FailedLogins, Map<string, Promise<void>>>()
function turnsOf(failedLogins: FailedLogins): Map<string, Promise<void>> {
  let turns = turnsByLogins.get(failedLogins)
  if (!turns) turnsByLogins.set(failedLogins, (turns = new Map()))
  return turns
}
