const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Scanners of source code and logs recognise our secrets by this, and by the check at their end. */
const secretPrefix = 'lshr'

/** A password of 256 random bits in 52 characters: prefix, 43 digits to the base 62, 5 of a check. */
export function makeSecret(random: Uint8Array): string {
  let number = 0n
  for (const byte of random) number = (number << 8n) | BigInt(byte)
  const body = secretPrefix + digits(number, 43)
  return body + check(body)
}

function digits(number: bigint, length: number): string {
  let text = ''
  for (let rest = number; text.length < length; rest /= 62n) text = alphabet[Number(rest % 62n)] + text
  return text
}

// FNV-1a over 64 bits: not against forgers, only so that a random word is not taken for a secret.
function check(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const character of text) hash = ((hash ^ BigInt(character.charCodeAt(0))) * 0x100000001b3n) & 0xffffffffffffffffn
  return digits(hash, 5)
}
