/** Whom an address stands for: an IPv6 customer has a whole /64. */
export const networkOf = (address: string): string => (address.includes(':') ? ipv6Words(address).slice(0, 4).join(':') : address)

/** Whose machine an address is: a program reaches its own now as `::1`, now as `127.0.0.1`. */
export const machineAt = (address: string): string => (address === '::1' || address.startsWith('127.') ? 'loopback' : networkOf(address))

/** The eight words of an IPv6 address in any spelling: `::` filled in, a dotted end (`::ffff:10.0.0.1`) as two words, a zone left out. */
export function ipv6Words(address: string): number[] {
  const plain = (address.split('%')[0] ?? '').replace(/([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((word) => word.toString(16)).join(':'),
  )
  const [head = '', tail] = plain.split('::')
  const words = (part: string) => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)))
  const [before, after] = [words(head), words(tail ?? '')]
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array.from({ length: Math.max(0, zeros) }, () => 0), ...after]
}

const dottedFour = /^(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}$/

/** 4 or 6 for an address in any of its spellings, 0 for what is none. */
export function ipVersion(text: string): 0 | 4 | 6 {
  if (dottedFour.test(text)) return 4
  return isIpv6(text) ? 6 : 0
}

function isIpv6(text: string): boolean {
  const [plain = '', zone, ...more] = text.split('%')
  if (more.length > 0 || (zone !== undefined && !/^[0-9a-zA-Z.:-]+$/.test(zone))) return false
  const dotted = /^(.*:)([^:]*\.[^:]*)$/.exec(plain)
  if (dotted && !dottedFour.test(dotted[2] ?? '')) return false
  const parts = (dotted ? `${dotted[1]}0:0` : plain).split('::')
  if (parts.length > 2) return false
  const words = parts.flatMap((part) => (part === '' ? [] : part.split(':')))
  const count = parts.length === 2 ? words.length <= 7 : words.length === 8
  return count && words.every((word) => /^[0-9a-fA-F]{1,4}$/.test(word))
}

/** The eight words of an address; those of an IPv4 address are of its form in IPv6, `::ffff:a.b.c.d`. */
export const addressWords = (address: string): number[] => ipv6Words(address.includes(':') ? address : `::ffff:${address}`)
