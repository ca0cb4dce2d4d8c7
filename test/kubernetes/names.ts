// A name server for a cluster: its services, and names that lead to this machine.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/**
 * Answers on port 53 of an address. Only IPv4 addresses are known; for any other kind of question there is an empty answer.
 * @param serviceAddress of `<service>.<namespace>`
 */
export async function startNames(
  address: string,
  names: readonly string[],
  serviceAddress: (service: string) => Promise<string | undefined>,
): Promise<() => void> {
  const socket = createSocket('udp4')
  socket.on('message', async (question, from) => {
    const { name, type, end } = read(question)
    const service = /^([^.]+\.[^.]+)\.svc(?:\.cluster\.local)?$/.exec(name)?.[1]
    const found = names.includes(name) ? address : service === undefined ? undefined : await serviceAddress(service).catch(() => undefined)
    socket.send(answer(question, end, found, type === 1), from.port, from.address)
  })
  socket.bind(53, address)
  await once(socket, 'listening')
  return () => void socket.close()
}

function read(question: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: question.readUInt16BE(at + 1), end: at + 5 }
}

function answer(question: Buffer, end: number, found: string | undefined, isAddress: boolean): Buffer {
  const head = Buffer.from(question.subarray(0, end))
  const has = found !== undefined && isAddress
  head.writeUInt16BE(found === undefined ? 0x8583 : 0x8580, 2)
  for (const [at, count] of [
    [4, 1],
    [6, has ? 1 : 0],
    [8, 0],
    [10, 0],
  ] as const)
    head.writeUInt16BE(count, at)
  if (!has) return head
  const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...found.split('.').map(Number)])
  return Buffer.concat([head, record])
}
