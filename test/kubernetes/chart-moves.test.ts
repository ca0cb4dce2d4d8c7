// From embedded to scaled, by the steps of docs/kubernetes.md.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeLayout, type Layout } from '../clients/images.ts'
import type { Cluster } from './node.ts'
import { runPod } from './pods.ts'
import { givePullSecret, type Login, type Release, releaseOf, startForChart, volume } from './release.ts'
import { secretOf, startStores, type Stores } from './stores.ts'

const namespace = 'moved'
const password = 'p@ss:/?#%41 wörd'
/** What clients ask; which release answers is the Service's selector, as an ingress's or a DNS record's elsewhere. */
const name = `registry.${namespace}.svc`
const both = {
  publicUrl: `http://${name}`,
  names: [name],
  resources: { requests: { cpu: '10m', memory: '128Mi' }, limits: { memory: '1Gi' } },
}
const embedded = { ...both, persistence: { size: '1Gi', storageClass: 'local' } }
const whatTheMoveNeeds = {
  extraEnv: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((key) => ({
    name: key,
    valueFrom: { secretKeyRef: { name: 'bucket', key } },
  })),
  extraVolumes: [{ name: 'database', secret: { secretName: 'database', defaultMode: 0o440 } }],
  extraVolumeMounts: [{ name: 'database', mountPath: '/etc/longshore/database', readOnly: true }],
}

let folder: string
let cluster: Cluster
let stores: Stores
let first: Release
let second: Release
let login: Login
let web: Layout
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lsk-chart-'))
  cluster = await startForChart(folder, namespace)
  stores = await startStores(cluster, password)
  const secret = secretOf(namespace)
  await cluster.apply(volume('disk', join(folder, 'disk')), secret('database', { password }), secret('bucket', stores.keys))
  mkdirSync(join(cluster.hostsFolder, `${name}:80`), { recursive: true })
  writeFileSync(join(cluster.hostsFolder, `${name}:80`, 'hosts.toml'), `server = "http://${name}:80"\n[host."http://${name}:80"]\n`)
  first = releaseOf(cluster, folder, { name: 'first', namespace })
  second = releaseOf(cluster, folder, { name: 'second', namespace })
  web = await makeLayout(folder, { bulk: 2 << 20 })
})
after(async () => {
  await cluster?.stop()
  stores?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const answers = (release: 'first' | 'second') =>
  cluster.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'registry', namespace },
    spec: {
      selector: { 'app.kubernetes.io/instance': release, 'app.kubernetes.io/component': 'server' },
      ports: [{ name: 'http', port: 80, targetPort: 'http' }],
    },
  })
const pull = async (repository: string) => {
  const outcome = await runPod(cluster, { image: `${name}:80/${repository}:v1`, secrets: ['pull'] })
  assert.ok(outcome.ran, JSON.stringify(outcome))
}

test('a registry in embedded mode is given what the move needs, by an upgrade', async () => {
  await first.helm(['install'], embedded)
  await answers('first')
  login = await first.firstPassword()
  await givePullSecret(cluster, `${name}:80`, login)
  await first.push(web, 'shop/before', login)
  await pull('shop/before')
  await first.helm(['upgrade'], { ...embedded, ...whatTheMoveNeeds })
})

test('longshore migrate in its pod moves facts and bytes', async () => {
  const [pod] = await first.pods()
  assert.ok(pod)
  const key = join(folder, 'secret.key')
  const { stdout } = await cluster.ask(['exec', '-n', namespace, pod.name, '--', 'base64', '-w0', '/data/longshore/keys/secret.key'])
  writeFileSync(key, Buffer.from(stdout, 'base64'), { mode: 0o600 })
  await cluster.kubectl('create', 'secret', 'generic', 'sealing', '-n', namespace, `--from-file=secret.key=${key}`)
  const file = ['--to-store-password-file', '/etc/longshore/database/password']
  await first.exec(pod.name, 'longshore', 'migrate', '--to-store', stores.databaseUrl, ...file, '--to-blobs', stores.bucketUrl)
  await pull('shop/before')
})

test('a second release in scaled mode takes its place: what was there is pulled with the same password, and pushes go on', async () => {
  await second.helm(['install'], {
    ...both,
    mode: 'scaled',
    secretKey: { secretName: 'sealing' },
    database: { url: stores.databaseUrl, passwordSecret: { name: 'database' } },
    bucket: { url: stores.bucketUrl, keysSecret: { name: 'bucket' } },
  })
  await answers('second')
  await pull('shop/before')
  await second.push(web, 'shop/after', login)
  await pull('shop/after')
})

test('the first release is uninstalled; its volume stays, and the second one has everything', async () => {
  await first.helm(['uninstall', '--wait'], {})
  assert.match(await cluster.kubectl('get', 'pvc', '-n', namespace, '-o', 'name'), /first-longshore/)
  await pull('shop/before')
  await pull('shop/after')
  await second.helm(['test'], {})
})
