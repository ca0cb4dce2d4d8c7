import { createHash, timingSafeEqual } from 'node:crypto'

// RFC 7636 §4.1 and §4.2; of the methods only S256.
const verifierPattern = /^[A-Za-z0-9._~-]{43,128}$/
const challengePattern = /^[A-Za-z0-9_-]{43}$/

export const isChallenge = (text: string): boolean => challengePattern.test(text)

export function verifierFits(verifier: string, challenge: string): boolean {
  if (!verifierPattern.test(verifier) || !isChallenge(challenge)) return false
  return timingSafeEqual(createHash('sha256').update(verifier).digest(), Buffer.from(challenge, 'base64url'))
}
