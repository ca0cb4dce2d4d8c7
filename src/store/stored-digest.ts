import type { Digest } from '#core/digest.ts'

/**
 * A digest as every table has it: one byte for its algorithm, then the hash, 33 or 65 bytes for 71 or 135 of text. In the
 * order of bytes they lie as their texts do, which lists and their pages rely on (docs/decisions/0051).
 */
export type StoredDigest = Uint8Array

const codes = { sha256: 1, sha512: 2 } as const
const names: Readonly<Record<number, string>> = { 1: 'sha256', 2: 'sha512' }
const hexAt = 'sha256:'.length

export function storedDigest(digest: Digest): StoredDigest {
  const stored = Buffer.allocUnsafe((digest.length - hexAt) / 2 + 1)
  stored[0] = digest.startsWith('sha256:') ? codes.sha256 : codes.sha512
  stored.write(digest.slice(hexAt), 1, 'hex')
  return stored
}

/** What the disk has made something else of is the digest of nothing that a client could ask for. */
export function readDigest(stored: StoredDigest): Digest {
  const hex = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('hex', 1)
  return `${names[stored[0] ?? 0] ?? 'damaged'}:${hex}` as Digest
}

export const readDigestOrNull = (stored: StoredDigest | null): Digest | null => (stored === null ? null : readDigest(stored))

/** A row whose `digest` is what the tables have, with the digest itself. */
export const withDigest = <Row extends { digest: StoredDigest }>(row: Row): Omit<Row, 'digest'> & { digest: Digest } => ({
  ...row,
  digest: readDigest(row.digest),
})

const hexDigits = '0123456789abcdef'

/** Where a text lies among digests: each that comes after it, or before it, as text does so as bytes. */
export function storedPlace(text: string): StoredDigest {
  const code = text.startsWith('sha256:') ? codes.sha256 : text.startsWith('sha512:') ? codes.sha512 : undefined
  if (code === undefined) return Uint8Array.of(text < 'sha256:' ? 0 : text < 'sha512:' ? codes.sha512 : codes.sha512 + 1)
  const length = code === codes.sha256 ? 64 : 128
  const [hex = ''] = /^[0-9a-f]*/.exec(text.slice(hexAt, hexAt + length)) ?? []
  const next = text.charAt(hexAt + hex.length)
  const from = (place: string) => Uint8Array.fromHex(`0${code}${place}`)
  if (hex.length === length) return from(next === '' ? hex : `${hex}00`)
  const less = digitBelow(next)
  return from(less === undefined ? before(hex, length) : behind(hex + less, length))
}

const digitBelow = (character: string): string | undefined => [...hexDigits].findLast((digit) => digit < character)

/** The place behind every digest that begins so. */
const behind = (start: string, length: number): string => `${start.padEnd(length, 'f')}00`

/** The place before every digest that begins so. */
function before(start: string, length: number): string {
  if (start.length % 2 === 0) return start
  const less = digitBelow(start.at(-1) ?? '')
  return less === undefined ? start.slice(0, -1) : behind(start.slice(0, -1) + less, length)
}
