import { isIP } from 'node:net'
import { ipv6Words } from '#core/ip-address.ts'

/** What a certificate authority may sign (RFC 5280 §4.2.1.10): DNS names with all below them, and single addresses. DER. */
export function nameConstraints(names: readonly string[]): Uint8Array {
  const bare = names.map((name) => name.replace(/^\*\./, ''))
  const subtrees = [...new Set(bare)].map((name) => {
    const family = isIP(name)
    if (family === 0) return sequence(der(0x82, Buffer.from(name, 'ascii')))
    const address = family === 4 ? Buffer.from(name.split('.').map(Number)) : ipv6Bytes(name)
    return sequence(der(0x87, Buffer.concat([address, Buffer.alloc(address.length, 0xff)])))
  })
  return sequence(der(0xa0, Buffer.concat(subtrees)))
}

const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, Buffer.concat(parts))

function der(tag: number, body: Uint8Array): Buffer {
  // DER wants the shortest form of a length; Go refuses any other.
  const { length } = body
  const written = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...written]), body])
}

function ipv6Bytes(address: string): Buffer {
  const bytes = Buffer.alloc(16)
  for (const [index, word] of ipv6Words(address).entries()) bytes.writeUInt16BE(word, index * 2)
  return bytes
}
