import { randomInt } from 'node:crypto'
import { createServer, type Server } from 'node:net'

// Below what systems give out to outgoing connections (Linux from 32768, macOS and Windows from 49152): a server that is
// down for a moment finds its port free again.
const [lowest, highest] = [15_000, 32_000]
const block = 100

let claimed: Promise<number> | undefined
let given = 0

/**
 * A port of 127.0.0.1 that nobody listens on, and that no outgoing connection takes while its server is down. Nor does a test that runs
 * beside: each process gives out the ports of a block of its own, one after the other.
 */
export async function freePort(): Promise<number> {
  claimed ??= claimBlock()
  const first = await claimed
  for (;;) {
    const port = first + 1 + (given++ % (block - 1))
    const probe = await listenerOn(port)
    if (!probe) continue
    await new Promise((resolve) => probe.close(resolve))
    return port
  }
}

/** The block is ours for as long as this process lives, since it listens on the first of its ports. */
async function claimBlock(): Promise<number> {
  for (;;) {
    const first = lowest + block * randomInt((highest - lowest) / block)
    const holder = await listenerOn(first)
    if (!holder) continue
    holder.unref()
    return first
  }
}

const listenerOn = (port: number): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })

/** Listener flags with ports of their own where they ask for any. */
export async function withPorts<Flags extends Readonly<Record<string, string | undefined>>>(flags: Flags): Promise<Flags> {
  const entries = Object.entries(flags).map(async ([name, value]) => [
    name,
    value === '127.0.0.1:0' ? `127.0.0.1:${await freePort()}` : value,
  ])
  return Object.fromEntries(await Promise.all(entries)) as Flags
}
