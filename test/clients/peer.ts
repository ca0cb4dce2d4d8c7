// A second registry, not ours: Debian's docker-registry on plain loopback HTTP, open to everyone.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../world/free-port.ts'
import { startDaemon } from './daemon.ts'
import type { Endpoint } from './wire.ts'

export type Peer = Endpoint & { stop: () => Promise<void> }

export async function startPeer(): Promise<Peer> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-peer-'))
  const host = `127.0.0.1:${await freePort()}`
  const settings = {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: join(directory, 'data') }, delete: { enabled: true } },
    http: { addr: host },
  }
  const file = join(directory, 'config.yml')
  await writeFile(file, JSON.stringify(settings)) // YAML contains JSON
  const url = `http://${host}`
  const daemon = await startDaemon('docker-registry', ['serve', file], {
    ready: async () => (await fetch(`${url}/v2/`)).ok,
  })
  const stop = async () => {
    await daemon.stop()
    await rm(directory, { recursive: true, force: true })
  }
  return { listener: 'http', host, url, stop }
}
