// Names of the registry other than localhost, for as long as a test runs.
import { once } from 'node:events'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { atEnd } from './at-end.ts'
import type { Endpoint } from './wire.ts'

export const registryName = 'registry.longshore.test'
export const farName = 'docker.longshore.test'

const file = '/etc/hosts'

/** Makes a name lead to an address. Answers how to undo it; a line that was there before stays. */
export function addHostName(name: string, address: string): () => void {
  const line = `${address} ${name}`
  const before = readFileSync(file, 'utf8')
  if (before.split('\n').includes(line)) return () => {}
  appendFileSync(file, `${before.endsWith('\n') ? '' : '\n'}${line}\n`)
  return atEnd(() => {
    const lines = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, lines.filter((each) => each !== line).join('\n'))
  })
}

export type FarEndpoint = { endpoint: Endpoint; close: () => Promise<void> }

/**
 * The HTTPS listener under a name that leads to no loopback address.
 * Docker takes a registry on a loopback address without looking at its certificate, so only a far name proves anything.
 */
export async function openFarEndpoint(near: Endpoint): Promise<FarEndpoint> {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)?.address
  if (!address) throw new Error('this machine has no address but loopback')
  const port = Number(near.host.split(':')[1])
  const relay = createServer((client) => {
    const server = connect(port, '127.0.0.1')
    client.pipe(server).pipe(client)
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
  }).listen(port, address)
  await once(relay, 'listening')
  const forget = addHostName(farName, address)
  const host = `${farName}:${port}`
  const close = async () => {
    forget()
    relay.close()
  }
  return { endpoint: { ...near, host, url: `https://${host}` }, close }
}
