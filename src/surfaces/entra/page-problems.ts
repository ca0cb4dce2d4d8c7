import { type SignInReason, SignInRefused } from '#app/identity/sign-in-refusal.ts'
import type { SignInKey, SignInWords } from '#words/sign-in.ts'

/** What a person is told of a refusal; the rest is between us and the program. */
const sentences: Partial<Record<SignInReason, Extract<SignInKey, `error.${string}`>>> = {
  'password-wrong': 'error.password',
  'password-ended': 'error.password-ended',
  'user-disabled': 'error.disabled',
  'too-many-attempts': 'error.slow',
  'user-code-unknown': 'error.code',
  'form-stale': 'error.stale',
  'client-unknown': 'error.client',
  'client-disabled': 'error.client',
  'redirect-wrong': 'error.redirect',
}

/** After these the same form is shown again. */
const correctable: ReadonlySet<SignInReason> = new Set([
  'password-wrong',
  'password-ended',
  'user-disabled',
  'too-many-attempts',
  'user-code-unknown',
])

export const isCorrectable = (error: unknown): error is SignInRefused => error instanceof SignInRefused && correctable.has(error.reason)

export function problemIn(words: SignInWords, error: unknown): string {
  if (!(error instanceof SignInRefused)) return words('error.internal')
  const key = sentences[error.reason] ?? 'error.request'
  return key === 'error.slow' ? words(key, { seconds: Number(error.detail.retryAfter ?? 1) }) : words(key)
}
