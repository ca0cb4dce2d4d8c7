import { X509Certificate } from 'node:crypto'
import { compactVerify, decodeJwt, decodeProtectedHeader, errors } from 'jose'
import type { AssertionReader } from '#ports/assertions.ts'

const algorithms = ['RS256', 'PS256']

export const joseAssertions: AssertionReader = {
  read(assertion) {
    try {
      return { header: { ...decodeProtectedHeader(assertion) }, claims: decodeJwt(assertion) }
    } catch {
      return undefined
    }
  },
  async isSignedBy(assertion, certificatePem) {
    try {
      await compactVerify(assertion, new X509Certificate(certificatePem).publicKey, { algorithms })
      return true
    } catch (error) {
      // Besides jose's own: a certificate whose key is no RSA key, or too short for these algorithms.
      if (error instanceof errors.JOSEError || error instanceof TypeError) return false
      throw error
    }
  },
}
