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
