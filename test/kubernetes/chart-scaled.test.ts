import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeLayout } from '../clients/images.ts'
import { type Cluster, until } from './node.ts'
import { runPod } from './pods.ts'
import { givePullSecret, type Login, type Release, releaseOf, startForChart, type Values } from './release.ts'
import { secretOf, startStores, type Stores } from './stores.ts'

const namespace = 'scaled'
// With all that a URL would take for something else.
const passwords = { first: 'p@ss:/?#%41 wörd', second: 'r€newed&=' }

const secret = secretOf(namespace)

let folder: string
let cluster: Cluster
let stores: Stores
let release: Release
let values: Values
let login: Login
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lsk-chart-'))
  cluster = await startForChart(folder, namespace)
  stores = await startStores(cluster, passwords.first)
  await cluster.apply(
    secret('sealing', { 'secret.key': randomBytes(32) }),
    secret('database', { password: passwords.first }),
    secret('bucket', stores.keys),
  )
  release = releaseOf(cluster, folder, { name: 'r', namespace })
  values = {
    mode: 'scaled',
    replicas: 2,
    publicUrl: `http://${release.host}`,
    secretKey: { secretName: 'sealing' },
    database: { url: stores.databaseUrl, passwordSecret: { name: 'database' } },
    bucket: { url: stores.bucketUrl, keysSecret: { name: 'bucket' } },
    resources: { requests: { cpu: '10m', memory: '128Mi' }, limits: { memory: '1Gi' } },
  }
})
after(async () => {
  await cluster?.stop()
  stores?.stop()
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
  await givePullSecret(cluster, release.host, login)
  await release.push(await makeLayout(folder, { bulk: 8 << 20 }), 'shop/web', login)
  const outcome = await pull()
  assert.ok(outcome.ran, JSON.stringify(outcome))
})

/** Pods pull while the work is done, each an image that the node has not; the work is told whether so many did, or one failed. */
async function whilePulling(work: (areEnough: (pulls: number) => boolean) => Promise<unknown>): Promise<void> {
  let isDone = false
  let isOver = false
  let pulls = 0
  const working = work((count) => isOver || pulls >= count).finally(() => (isDone = true))
  try {
    do {
      const repository = `while/r${Date.now()}`
      await release.push(await makeLayout(folder, { bulk: 1 << 20 }), repository, login)
      const outcome = await pull(repository)
      assert.ok(outcome.ran, JSON.stringify(outcome))
      pulls++
    } while (!isDone)
  } finally {
    isOver = true
    await working
  }
}

test('rolling restarts while images are pushed and pods pull them: none fails', async () => {
  const before = new Set((await release.pods()).map(({ uid }) => uid))
  await whilePulling(async (areEnough) => {
    do {
      await cluster.kubectl('rollout', 'restart', 'deployment/r-longshore', '-n', namespace)
      await cluster.kubectl('rollout', 'status', 'deployment/r-longshore', '-n', namespace, '--timeout=180s')
    } while (!areEnough(3))
  })
  const pods = await release.pods()
  assert.ok(pods.length === 2 && pods.every(({ uid, ready }) => ready && !before.has(uid)))
})

test('an upgrade into embedded mode, which would begin an empty registry, is refused', async () => {
  assert.match(await release.refused(['upgrade'], {}), /mode: this release is in scaled mode.*longshore migrate/)
})

// As OpenShift chooses one.
const user = 1_000_680_000
const runAs = { runAsUser: user, runAsGroup: user, fsGroup: user }
const changes = { settings: { storageLimit: '300MiB' }, ipv6: true, runAs }

test('an upgrade with other values, another user and IPv6 while pods pull: none fails, and the new values are in force', async () => {
  await whilePulling(() => release.helm(['upgrade'], { ...values, ...changes }))
  const [pod] = await release.pods()
  assert.match(await release.exec(pod?.name ?? '', 'longshore', 'config'), /storageLimit\s+300MiB/)
  assert.equal(await release.exec(pod?.name ?? '', 'id', '-u'), `${user}\n`)
})

test('autoscaling, switched on, takes over the pods that there are', async () => {
  const before = await release.pods()
  await release.helm(['upgrade'], { ...values, ...changes, autoscaling: { enabled: true } })
  assert.deepEqual(await release.pods(), before)
  await release.helm(['upgrade'], { ...values, ...changes })
  assert.deepEqual(await release.pods(), before)
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

test('a new password of the database, put into the Secret, is taken by the pods as they are', async () => {
  const before = await release.pods()
  const { database } = stores
  await database.say(`ALTER ROLE ${database.user} PASSWORD '${passwords.second}'`)
  await cluster.apply(secret('database', { password: passwords.second }))
  // Whoever was connected must say a password again.
  await database.say(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${database.user}'`)
  for (const { name } of before)
    await until(`${name} has the new password`, async () => {
      const told = await release.exec(name, 'cat', '/etc/longshore/database/password')
      return told === passwords.second
    })
  const outcome = await pull()
  assert.ok(outcome.ran, JSON.stringify(outcome))
  await until('all are ready', async () => (await release.pods()).every(({ ready }) => ready))
  assert.deepEqual(new Set((await release.pods()).map(({ uid }) => uid)), new Set(before.map(({ uid }) => uid)))
  const shown = await cluster.kubectl('get', 'pods,deployments,configmaps', '-n', namespace, '-o', 'yaml')
  for (const each of Object.values(passwords)) assert.ok(!shown.includes(each))
})
