// The registry under a name that leads to no loopback address.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { atEnd } from './at-end.ts'
import { addHostName, farAddress, farName } from './host-names.ts'
import type { Endpoint } from './wire.ts'

export type FarEndpoint = { endpoint: Endpoint; close: () => Promise<void> }

/** Docker takes a registry on a loopback address without looking at its certificate, so only a far name proves anything. */
export async function openFarEndpoint(near: Endpoint): Promise<FarEndpoint> {
  const address = farAddress()
  const port = Number(near.host.split(':')[1])
  const relay = createServer((client) => {
    const server = connect(port, '127.0.0.1')
    client.pipe(server).pipe(client)
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
  }).listen(port, address)
  await once(relay, 'listening')
  const forget = atEnd(addHostName(farName, address))
  const host = `${farName}:${port}`
  const close = async () => {
    forget()
    relay.close()
  }
  return { endpoint: { ...near, host, url: `https://${host}` }, close }
}
