import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below what systems give out to outgoing connections (Linux from 32768, macOS and Windows from 49152): a server that is
// down for a moment finds its port free again.
const [lowest, highest] = [15_000, 32_000]

/** A port of 127.0.0.1 that nobody listens on, and that no outgoing connection takes while its server is down. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest)
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
    if (free) return port
  }
}

/** Listener flags with ports of their own where they ask for any. */
export async function withPorts<Flags extends Readonly<Record<string, string | undefined>>>(flags: Flags): Promise<Flags> {
  const entries = Object.entries(flags).map(async ([name, value]) => [
    name,
    value === '127.0.0.1:0' ? `127.0.0.1:${await freePort()}` : value,
  ])
  return Object.fromEntries(await Promise.all(entries)) as Flags
}
