import { createHash, randomFillSync } from 'node:crypto'
import { Readable } from 'node:stream'
import { Refusal } from '#core/refusal.ts'
import { RegistryClient, type RegistryOptions, registryRefusal } from './registry.ts'
import { drained } from './wire.ts'

export interface SpeedOptions extends RegistryOptions {
  repository: string
  /** Bytes in each direction, over all connections. */
  size: number
  /** The longest that one direction may take, in seconds. */
  seconds: number
  signal: AbortSignal
}

export interface Rate {
  bytes: number
  seconds: number
  bytesPerSecond: number
}

export interface SpeedReport {
  registry: string
  connections: number
  /** Milliseconds of a request on an open connection. */
  latency: { median: number; fastest: number; slowest: number; requests: number }
  upload: Rate
  download: Rate & { from: string }
  /** What could not be deleted again; the registry's own collection takes it. */
  left: string[]
}

const requests = 20
const pieceSize = 256 * 1024
const supplySize = 4 * 1024 * 1024

/**
 * Pushes random bytes as layers that no manifest names, pulls them and deletes them, as clients do it. Ends when the bytes
 * or the seconds are used up, whichever is first; deletes what it pushed however it ends.
 * Fails with `registry-refuses`, `registry-not-ready`, `registry-unreachable`, `interrupted`.
 */
export async function measureSpeed(options: SpeedOptions): Promise<SpeedReport> {
  const { origin, connections, repository, signal } = options
  const client = new RegistryClient(options)
  const scope = `repository:${repository}:pull,push`
  const pushed: string[] = []
  const left: string[] = []
  try {
    await client.prepare(scope)
    const latency = await measureLatency(client, scope)
    const upload = await timed(options, (until) =>
      Promise.all(shares(options).map((share) => push(client, { repository, scope, share, until, pushed, signal }))),
    )
    const from = new Set<string>()
    const download = await timed(options, (until) =>
      Promise.all(pushed.map((digest) => pull(client, { repository, scope, digest, until, from, signal }))),
    )
    if (signal.aborted) throw new Refusal('interrupted')
    for (const digest of await remove(client, repository, pushed)) left.push(digest)
    pushed.length = 0
    return { registry: origin, connections, latency, upload, download: { ...download, from: [...from].join(', ') }, left }
  } catch (error) {
    await remove(client, repository, pushed).catch(() => {})
    throw signal.aborted ? new Refusal('interrupted') : error
  } finally {
    client.close()
  }
}

function shares({ size, connections }: SpeedOptions): number[] {
  const share = Math.ceil(size / connections)
  return Array.from({ length: connections }, (_, index) => Math.max(1, Math.min(share, size - index * share)))
}

/** The first request opens the connection and counts for nothing. */
async function measureLatency(client: RegistryClient, scope: string): Promise<SpeedReport['latency']> {
  const taken: number[] = []
  for (let request = 0; request <= requests; request++) {
    const start = performance.now()
    const { statusCode } = await drained(await client.send('GET', '/v2/', scope))
    if (statusCode !== 200) throw registryRefusal(client.origin, 'GET /v2/', statusCode)
    if (request > 0) taken.push(performance.now() - start)
  }
  taken.sort((one, other) => one - other)
  const tenths = (index: number) => Math.round((taken[index] ?? 0) * 100) / 100
  return { median: tenths(requests >> 1), fastest: tenths(0), slowest: tenths(requests - 1), requests }
}

async function timed({ seconds }: SpeedOptions, work: (until: number) => Promise<number[]>): Promise<Rate> {
  const start = performance.now()
  const bytes = (await work(start + seconds * 1000)).reduce((sum, each) => sum + each, 0)
  const taken = (performance.now() - start) / 1000
  return { bytes, seconds: Math.round(taken * 1000) / 1000, bytesPerSecond: Math.round(bytes / taken) }
}

interface Push {
  repository: string
  scope: string
  share: number
  until: number
  pushed: string[]
  signal: AbortSignal
}

/** As docker does it: a session, the bytes in one streamed request, which may end at any moment, and the digest at last. */
async function push(client: RegistryClient, { repository, scope, share, until, pushed, signal }: Push): Promise<number> {
  const opened = await drained(await client.send('POST', `/v2/${repository}/blobs/uploads/`, scope, { signal }))
  if (opened.statusCode !== 202) throw registryRefusal(client.origin, `POST /v2/${repository}/blobs/uploads/`, opened.statusCode)
  let location = opened.headers.location ?? ''
  const hash = createHash('sha256')
  let bytes = 0
  async function* pieces() {
    const supply = randomFillSync(Buffer.allocUnsafe(Math.min(supplySize, share)))
    while (bytes < share && performance.now() < until && !signal.aborted) {
      const from = bytes % supply.length
      const piece = supply.subarray(from, Math.min(from + pieceSize, supply.length, from + share - bytes))
      hash.update(piece)
      bytes += piece.length
      yield piece
    }
  }
  try {
    const headers = { 'content-type': 'application/octet-stream' }
    const sent = await drained(await client.send('PATCH', location, scope, { headers, body: Readable.from(pieces()), signal }))
    if (sent.statusCode !== 202) throw registryRefusal(client.origin, 'PATCH', sent.statusCode)
    location = sent.headers.location ?? location
    const digest = `sha256:${hash.digest('hex')}`
    const end = new URL(location, client.origin)
    end.searchParams.set('digest', digest)
    const done = await drained(await client.send('PUT', end.href, scope, { signal }))
    if (done.statusCode !== 201) throw registryRefusal(client.origin, 'PUT', done.statusCode)
    pushed.push(digest)
    return bytes
  } catch (error) {
    await client.send('DELETE', location, scope).then(drained, () => {})
    throw error
  }
}

interface Pull {
  repository: string
  scope: string
  digest: string
  until: number
  /** The hosts that gave the bytes. */
  from: Set<string>
  signal: AbortSignal
}

async function pull(client: RegistryClient, { repository, scope, digest, until, from, signal }: Pull): Promise<number> {
  const path = `/v2/${repository}/blobs/${digest}`
  const { response, host } = await client.follow(path, scope, { signal })
  if (response.statusCode !== 200) throw registryRefusal(host, `GET ${path}`, response.statusCode)
  from.add(host)
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of response) {
    bytes += (piece as Buffer).length
    hash.update(piece as Buffer)
    if (performance.now() >= until) return bytes
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw registryRefusal(host, `GET ${path}: other bytes`, response.statusCode)
  return bytes
}

/** Answers what is left. */
async function remove(client: RegistryClient, repository: string, digests: readonly string[]): Promise<string[]> {
  const left: string[] = []
  for (const digest of digests) {
    const status = await client
      .send('DELETE', `/v2/${repository}/blobs/${digest}`, `repository:${repository}:delete`)
      .then(drained)
      .then(
        ({ statusCode }) => statusCode ?? 0,
        () => 0,
      )
    if (status >= 300 && status !== 404) left.push(digest)
    else if (status === 0) left.push(digest)
  }
  return left
}
