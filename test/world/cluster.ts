import { randomBytes } from 'node:crypto'
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withPorts } from './free-port.ts'
import { type Flags, makeDataDirectory, Server } from './server.ts'

/** Several servers of one database: the first one's address for clients, as a load balancer's would be, one key, one folder of objects. */
export interface Cluster {
  servers: readonly Server[]
  /** The file of the key that they share. */
  key: string
  stop(): Promise<void>
}

export async function startCluster(store: string, many: number, flags: Flags = {}): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-cluster-'))
  const key = join(folder, 'secret.key')
  writeFileSync(key, randomBytes(32), { mode: 0o400 })
  mkdirSync(join(folder, 'objects'), { mode: 0o700 })
  const { http: first = '' } = await withPorts({ http: '127.0.0.1:0' })
  const publicUrl = `http://${first.replace('127.0.0.1', 'localhost')}`
  const servers = await Promise.all(
    Array.from({ length: many }, (_, index) => {
      const dataDir = makeDataDirectory()
      symlinkSync(join(folder, 'objects'), join(dataDir, 'objects'))
      const http = index === 0 ? first : '127.0.0.1:0'
      return Server.start({ store, http, publicUrl, secretKeyFile: key, storeConnections: '4', ...flags }, dataDir)
    }),
  )
  // Whoever began first made the passwords, and was told.
  const { user, password } = servers.find((each) => each.password !== '') ?? { user: '', password: '' }
  for (const server of servers) Object.assign(server, { user, password })
  return {
    servers,
    key,
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()))
      rmSync(folder, { recursive: true })
    },
  }
}
