import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isChallenge, verifierFits } from './pkce.ts'

// RFC 7636, appendix B.
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

test('the verifier of the challenge fits, and no other', () => {
  assert.equal(verifierFits(verifier, challenge), true)
  assert.equal(verifierFits(`${verifier}x`, challenge), false)
  assert.equal(verifierFits(challenge, challenge), false)
  assert.equal(verifierFits(verifier, `${challenge}=`), false)
  for (const wrong of ['', 'short', 'x'.repeat(129), `${verifier.slice(0, -1)} `]) assert.equal(verifierFits(wrong, challenge), false)
})

test('a challenge is a SHA-256 in base64url', () => {
  assert.equal(isChallenge(challenge), true)
  for (const wrong of ['', verifier.slice(1), `${challenge}=`, challenge.replace('-', '+')]) assert.equal(isChallenge(wrong), false)
})
