/** What a client wrote of itself and signed (RFC 7523), before it is believed. */
export interface Assertion {
  header: Readonly<Record<string, unknown>>
  claims: Readonly<Record<string, unknown>>
}

export interface AssertionReader {
  /** Undefined for what is no signed JWT. */
  read(assertion: string): Assertion | undefined
  /** Whether the key of this certificate signed it, with RS256 or PS256. */
  isSignedBy(assertion: string, certificatePem: string): Promise<boolean>
}
