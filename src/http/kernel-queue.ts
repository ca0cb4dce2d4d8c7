import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { ipv6Words } from '#core/ip-address.ts'

/**
 * Bytes that the kernel took of us and the peer has not, by connection, as Linux tells them. A kernel takes megabytes at
 * once and tells us of room only when a third of them has gone, so that a client who reads slowly looks for minutes like
 * one who does not read at all. Elsewhere nothing is known.
 */
export async function kernelQueues(): Promise<ReadonlyMap<string, number>> {
  const queues = new Map<string, number>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'latin1').catch(() => '')
    for (const [, localPort, remote, queued = '0'] of text.matchAll(/^ *\d+: \w+:(\w{4}) (\w+:\w{4}) \w\w (\w{8}):/gm))
      if (queued !== '00000000') queues.set(`${localPort} ${remote}`, Number.parseInt(queued, 16))
  }
  return queues
}

export const queueKey = ({ localPort = 0, remotePort = 0, remoteAddress = '' }: Socket): string =>
  `${hex(localPort, 4)} ${addressHex(remoteAddress)}:${hex(remotePort, 4)}`

const hex = (number: number, digits: number): string => number.toString(16).toUpperCase().padStart(digits, '0')

// In words of four bytes, each as it lies in memory: the last byte first.
function addressHex(address: string): string {
  const bytes = address.includes(':')
    ? ipv6Words(address).flatMap((word) => [Number(word) >> 8, Number(word) & 255])
    : address.split('.').map(Number)
  let text = ''
  for (let word = 0; word < bytes.length; word += 4) for (const byte of bytes.slice(word, word + 4).reverse()) text += hex(byte, 2)
  return text
}
