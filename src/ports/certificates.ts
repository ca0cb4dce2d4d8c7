/** What an X.509 certificate says of itself. */
export interface Certificate {
  /** One PEM block, without anything that stood around it. */
  pem: string
  der: Uint8Array
  /** Thumbprints, lower-case hex of the DER's digest. */
  sha1: string
  sha256: string
  /** From the narrowest part to the widest, as in `CN=builder, O=contoso`; null when it has none. */
  subject: string | null
  notBefore: number
  notAfter: number
  /** `rsa`, `ec` …; bits of an RSA modulus, 0 of other keys. */
  key: { type: string; bits: number }
}

export interface CertificateReader {
  /** The first block `CERTIFICATE` of a PEM text; undefined when there is none that can be read. */
  read(pem: string): Certificate | undefined
}
