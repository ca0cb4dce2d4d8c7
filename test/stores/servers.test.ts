// Three servers of one PostgreSQL. SERVERS_TRIES=10000 for a night's run.
import { startCluster } from '../world/cluster.ts'
import { oneTruth } from '../world/one-truth.ts'
import { startPostgres } from './postgres-server.ts'

oneTruth('server', Number(process.env.SERVERS_TRIES ?? 320), async () => {
  const postgres = await startPostgres()
  const cluster = await startCluster(await postgres.database(), 3, { maxRequests: '4096' })
  const stop = async () => {
    await cluster.stop()
    postgres.stop()
  }
  return { servers: cluster.servers, stop }
})
