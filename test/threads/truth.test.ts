// THREADS_TRIES=100000 for a night's run.
import { oneTruth } from '../world/one-truth.ts'
import { Server } from '../world/server.ts'

oneTruth('thread', Number(process.env.THREADS_TRIES ?? 320), async () => {
  const server = await Server.start({ servers: '3', maxRequests: '4096' })
  return { servers: [server], stop: () => server.stop() }
})
