import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeLayout } from '../clients/images.ts'
import { type RadosgwServer, startRadosgw } from '../stores/radosgw.ts'
import { type PostgresServer, startPostgres } from '../stores/postgres-server.ts'
import { buildImage } from './image.ts'
import { type Cluster, startCluster } from './node.ts'
import { runPod } from './pods.ts'
import { type Relay, relayTo } from './relay.ts'
import { type Release, releaseOf, type Values } from './release.ts'

const namespace = 'scaled'

let folder: string
let cluster: Cluster
let postgres: PostgresServer
let objects: RadosgwServer
const relays: Relay[] = []
let release: Release
let values: Values
let login: { user: string; password: string }
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lsk-chart-'))
  cluster = await startCluster([])
  await cluster.ctr('images', 'import', await buildImage(folder))
  postgres = await startPostgres()
  objects = await startRadosgw()
  const bucket = await objects.make()
  const { accessKeyId, secretAccessKey } = objects
  const database = new URL(await postgres.database())
  const { outside } = cluster.machine
  for (const port of [database.port, new URL(objects.endpoint).port]) relays.push(await relayTo(Number(port), outside))
  const [toDatabase, toObjects] = relays
  await cluster.kubectl('create', 'namespace', namespace)
  await cluster.kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted')
  const secret = (name: string, data: Record<string, Buffer | string>) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  })
  await cluster.apply(
    secret('sealing', { 'secret.key': randomBytes(32) }),
    secret('database', { password: 'anything' }),
    secret('bucket', { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }),
  )
  release = releaseOf(cluster, folder, { name: 'r', namespace })
  values = {
    mode: 'scaled',
    replicas: 2,
    publicUrl: `http://${release.host}`,
    secretKey: { secretName: 'sealing' },
    database: {
      url: `postgres://postgres@${outside}:${toDatabase?.port}${database.pathname}?sslmode=disable`,
      passwordSecret: { name: 'database' },
    },
    bucket: {
      url: `s3://${bucket}/registry?endpoint=http://${outside}:${toObjects?.port}`,
      keysSecret: { name: 'bucket' },
    },
    resources: { requests: { cpu: '10m', memory: '128Mi' }, limits: { memory: '1Gi' } },
  }
})
after(async () => {
  await cluster?.stop()
  for (const each of relays) each.stop()
  objects?.stop()
  postgres?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const pull = (repository = 'shop/web') => runPod(cluster, { image: `${release.host}/${repository}:v1`, secrets: ['pull'] })

test('two pods on one database and one bucket are ready, helm test passes, and what was pushed runs', async () => {
  await release.helm(['install'], values)
  assert.deepEqual(
    (await release.pods()).map(({ ready }) => ready),
    [true, true],
  )
  await release.helm(['test'], {})
  login = await release.firstPassword()
  const words = [`--docker-server=${release.host}`, `--docker-username=${login.user}`, `--docker-password=${login.password}`]
  await cluster.kubectl('create', 'secret', 'docker-registry', 'pull', ...words)
  await release.push(await makeLayout(folder, { bulk: 8 << 20 }), 'shop/web', login)
  const outcome = await pull()
  assert.ok(outcome.ran, JSON.stringify(outcome))
})

/** Pods pull while the work is done, each an image that the node has not; answers how many did. */
async function whilePulling(work: () => Promise<unknown>): Promise<number> {
  let isDone = false
  const working = work().finally(() => (isDone = true))
  let pulls = 0
  try {
    do {
      const repository = `while/r${Date.now()}`
      await release.push(await makeLayout(folder, { bulk: 1 << 20 }), repository, login)
      const outcome = await pull(repository)
      assert.ok(outcome.ran, JSON.stringify(outcome))
      pulls++
    } while (!isDone)
  } finally {
    await working
  }
  return pulls
}

test('a rolling restart while images are pushed and pods pull them: none fails', async () => {
  const before = new Set((await release.pods()).map(({ uid }) => uid))
  const pulls = await whilePulling(async () => {
    await cluster.kubectl('rollout', 'restart', 'deployment/r-longshore', '-n', namespace)
    await cluster.kubectl('rollout', 'status', 'deployment/r-longshore', '-n', namespace, '--timeout=180s')
  })
  const pods = await release.pods()
  assert.ok(pods.length === 2 && pods.every(({ uid, ready }) => ready && !before.has(uid)))
  assert.ok(pulls >= 3, `${pulls} pulls`)
})

test('an upgrade with other values while pods pull: none fails, and the new value is in force', async () => {
  await whilePulling(() => release.helm(['upgrade'], { ...values, settings: { storageLimit: '300MiB' } }))
  const [pod] = await release.pods()
  assert.match(await release.exec(pod?.name ?? '', 'longshore', 'config'), /storageLimit\s+300MiB/)
})

test('the budget lets one pod be evicted and no second one before another is ready', async () => {
  const [first, second] = await release.pods()
  const evict = async (name = '') => {
    const input = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } })
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`
    return cluster.ask(['create', '--raw', path, '-f', '-'], input)
  }
  assert.equal((await evict(first?.name)).code, 0)
  const refused = await evict(second?.name)
  assert.match(refused.stderr, /disruption budget/)
  await cluster.kubectl('rollout', 'status', 'deployment/r-longshore', '-n', namespace, '--timeout=120s')
  const outcome = await pull()
  assert.ok(outcome.ran, JSON.stringify(outcome))
})
