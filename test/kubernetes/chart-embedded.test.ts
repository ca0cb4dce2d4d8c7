import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeLayout, type Layout } from '../clients/images.ts'
import { imageName } from './image.ts'
import type { Cluster } from './node.ts'
import { runPod } from './pods.ts'
import { givePullSecret, type Login, type Release, releaseOf, startForChart, volume } from './release.ts'
import { monitors, variants } from './variants.ts'

const namespace = 'registry'
const values = { persistence: { size: '1Gi', storageClass: 'local' }, scratch: { dataLimit: '1Gi', tmpLimit: '64Mi' } }

let folder: string
let cluster: Cluster
let release: Release
let login: Login
let web: Layout
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lsk-chart-'))
  cluster = await startForChart(folder, namespace)
  await cluster.apply(volume('disk', join(folder, 'disk')))
  release = releaseOf(cluster, folder, { name: 'r', namespace })
  web = await makeLayout(folder)
})
after(async () => {
  await cluster?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const pull = async () => {
  await givePullSecret(cluster, release.host, login)
  const outcome = await runPod(cluster, { image: `${release.host}/shop/web:v1`, secrets: ['pull'] })
  assert.ok(outcome.ran, JSON.stringify(outcome))
}

test('installed: the pod is ready, helm test passes, and an image that was pushed there runs in a pod', async () => {
  await release.helm(['install'], values)
  assert.deepEqual(
    (await release.pods()).map(({ ready }) => ready),
    [true],
  )
  await release.helm(['test'], {})
  login = await release.firstPassword()
  await release.push(web, 'shop/web', login)
  await pull()
})

test('the server is nobody in particular, may nothing, and writes to its volume and /tmp alone', async () => {
  const [pod] = await release.pods()
  assert.ok(pod)
  const say = (script: string) => release.exec(pod.name, 'sh', '-c', script)
  assert.equal(await say('id -u; id -g'), '65532\n65532\n')
  const status = await say('cat /proc/1/status')
  const of = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1]
  assert.deepEqual([of('CapEff'), of('CapBnd'), of('NoNewPrivs'), of('Seccomp')], ['0000000000000000', '0000000000000000', '1', '2'])
  assert.equal(
    await say('for each in / /opt /usr /etc /data; do touch $each/x 2>/dev/null && echo $each; done; touch /tmp/x && echo /tmp'),
    '/data\n/tmp\n',
  )
  assert.equal(await say('ls /var/run/secrets 2>/dev/null | wc -l'), '0\n', 'no token of the cluster')
})

test('an upgrade with other values: another pod on the same volume, and what was pushed is there', async () => {
  const [before] = await release.pods()
  await release.helm(['upgrade'], { ...values, servers: 2, settings: { storageLimit: '300MiB' } })
  const [after, ...more] = await release.pods()
  assert.ok(after?.ready && more.length === 0 && after.uid !== before?.uid)
  assert.match(await release.exec(after.name, 'longshore', 'config'), /storageLimit\s+300MiB/)
  await pull()
})

test('an upgrade that would begin an empty registry is refused, and the pod goes on', async () => {
  const [before] = await release.pods()
  const inScaledMode = {
    mode: 'scaled',
    publicUrl: `http://${release.host}`,
    secretKey: { secretName: 'sealing' },
    database: { url: 'postgres://longshore@db/longshore' },
    bucket: { url: 's3://images/registry' },
  }
  assert.match(await release.refused(['upgrade'], inScaledMode), /mode: this release is in embedded mode.*longshore migrate/)
  const renamed = { ...values, fullnameOverride: 'other' }
  assert.match(await release.refused(['upgrade'], renamed), /existingClaim: the registry of this release lies on the claim r-longshore/)
  const [after] = await release.pods()
  assert.ok(after?.ready && after.uid === before?.uid)
  // What was refused was not begun.
  await release.helm(['upgrade'], values)
  await pull()
})

for (const mend of ['rollback', 'upgrade'])
  test(`an upgrade to an image that is not there is mended by ${mend}`, async () => {
    const absent = { ...values, image: { ...imageName, tag: 'absent' } }
    assert.match(await release.refused(['upgrade', '--timeout', '20s'], absent), /UPGRADE FAILED/)
    assert.deepEqual(
      (await release.pods()).map(({ ready }) => ready),
      [false],
    )
    await release.helm([mend], values)
    await pull()
  })

test('the server in the pod makes the Secret that a pod of another namespace pulls with', async () => {
  const words = ['kubernetes', 'pull-secret', '--server', release.host, '--namespace', 'default', '--output', 'json']
  const printed = await cluster.kubectl('exec', '-n', namespace, 'service/r-longshore', '--', 'longshore', ...words)
  await cluster.apply(JSON.parse(printed))
  const outcome = await runPod(cluster, { image: `${release.host}/shop/web:v1`, secrets: ['longshore-local'] })
  assert.ok(outcome.ran, JSON.stringify(outcome))
})

test('whatever the chart can make is taken by the API server, with no field that it does not know', async () => {
  await cluster.apply(monitors)
  await cluster.kubectl('wait', '--for=condition=Established', `crd/${monitors.metadata.name}`, '--timeout=60s')
  const other = releaseOf(cluster, folder, { name: 'other', namespace })
  for (const [name, variant] of Object.entries(variants)) {
    const made = await other.helm(['template'], variant)
    const words = ['apply', '--dry-run=server', '--validate=strict', '-n', namespace, '-f', '-']
    const { code, stdout, stderr } = await cluster.ask(words, made)
    assert.equal(code, 0, `${name}: ${stderr}`)
    assert.doesNotMatch(stderr, /warning/i, name)
    assert.equal(stdout.trim().split('\n').length, made.match(/^kind: /gm)?.length, name)
  }
})

test('a pod that is deleted comes back with everything', async () => {
  const [before] = await release.pods()
  await cluster.kubectl('delete', 'pod', '-n', namespace, before?.name ?? '')
  await cluster.kubectl('rollout', 'status', 'statefulset/r-longshore', '-n', namespace, '--timeout=120s')
  await pull()
})

test('uninstalled, the volume stays, and a release of the same name goes on with it', async () => {
  await release.helm(['uninstall', '--wait'], {})
  assert.match(await cluster.kubectl('get', 'pvc', '-n', namespace, '-o', 'name'), /r-longshore/)
  await release.helm(['install'], values)
  await pull()
})
