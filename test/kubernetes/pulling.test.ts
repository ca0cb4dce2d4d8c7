import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeLayout, type Layout } from '../clients/images.ts'
import { armOf } from './operator.ts'
import { type Cluster, nodeName, startCluster, until } from './node.ts'
import { type Outcome, runPod } from './pods.ts'
import { type Registry, registryName, startRegistry } from './registry.ts'

let folder: string
let cluster: Cluster
let registry: Registry
let web: Layout
let bank: Layout
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lsk-images-'))
  cluster = await startCluster([registryName])
  registry = await startRegistry(cluster)
  ;[web, bank] = [await makeLayout(folder), await makeLayout(folder)]
  await registry.push(web, 'shop/web')
  await registry.push(bank, 'bank/web')
  for (const namespace of ['shop', 'attached', 'bank']) await cluster.kubectl('create', 'namespace', namespace)
})
after(async () => {
  await registry?.stop()
  await cluster?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const image = (repository: string) => `${registry.host}/${repository}:v1`
const guid = /^[0-9a-f-]{36}\n?$/
const runs = (outcome: Outcome) => assert.ok(outcome.ran && guid.test(outcome.printed), JSON.stringify(outcome))
const isRefused = (outcome: Outcome) => {
  assert.ok(!outcome.ran, 'it must not have run')
  assert.equal(outcome.reason, 'ErrImagePull')
  assert.match(outcome.event, /\b401\b|\b403\b|authorization failed/i)
}
const outcomes = async (words: string) => {
  const { stdout, stderr } = await registry.tried(`kubernetes check ${words} --output json`)
  assert.notEqual(stdout, '', stderr)
  return (JSON.parse(stdout) as { node: string; outcome: string; message: string }[]).map(({ node, outcome, message }) => {
    assert.equal(node, nodeName)
    return outcome === 'other' ? `other: ${message}` : outcome
  })
}
const trust = (name: string, lines: readonly string[]) => {
  mkdirSync(join(cluster.hostsFolder, name), { recursive: true })
  writeFileSync(join(cluster.hostsFolder, name, 'hosts.toml'), `${lines.join('\n')}\n`)
}

test('check tells what stands between a node and the registry: the certificate, the name, the port, the login', async () => {
  assert.deepEqual(await outcomes(''), ['trust'])
  trust(registry.host, [`server = "https://${registry.host}"`, `[host."https://${registry.host}"]`, `  ca = "${registry.caFile}"`])
  assert.deepEqual(await outcomes(''), ['login'])
  assert.deepEqual(await outcomes('--server nobody.test:5443'), ['login', 'name'])
  assert.deepEqual(await outcomes(`--server ${cluster.machine.outside}:5001`), ['login', 'away'])
  assert.deepEqual(await outcomes(`--server ${cluster.machine.outside}:5000`), ['login', 'plain'])
  await until('no pod is left', async () => (await cluster.kubectl('get', 'pods', '-o', 'name')) === '')
})

test('a token: its Secret lets a pod run, another namespace without one is refused', async () => {
  await registry.cli('kubernetes pull-secret --namespace shop --apply')
  runs(await runPod(cluster, { image: image('shop/web'), namespace: 'shop', secrets: ['longshore-local'] }))
  isRefused(await runPod(cluster, { image: image('shop/web'), namespace: 'shop' }))
  isRefused(await runPod(cluster, { image: image('shop/web'), namespace: 'bank', secrets: ['longshore-local'] }))
  assert.deepEqual(await outcomes('--namespace shop --secret longshore-local --image shop/web:v1'), ['pulls'])
})

test('rotation: the Secret changes, pods go on pulling, and the password before the last ends', async () => {
  for (let turn = 0; turn < 3; turn++) {
    await registry.cli('kubernetes pull-secret --namespace shop --apply --rotate')
    runs(await runPod(cluster, { image: image('shop/web'), namespace: 'shop', secrets: ['longshore-local'] }))
  }
})

test('a token for one repository: its image comes, another is refused as an event says', async () => {
  const arm = await armOf(registry)
  await arm.putScopeMap('shop-images', ['repositories/shop/web/content/read'])
  await registry.cli('kubernetes pull-secret --token shop-only --scope-map shop-images --namespace shop --name shop-only --apply')
  runs(await runPod(cluster, { image: image('shop/web'), namespace: 'shop', secrets: ['shop-only'] }))
  isRefused(await runPod(cluster, { image: image('bank/web'), namespace: 'shop', secrets: ['shop-only'] }))
  assert.deepEqual(await outcomes('--namespace shop --secret shop-only --image shop/web:v1'), ['pulls'])
  assert.deepEqual(await outcomes('--namespace shop --secret shop-only --image bank/web:v1'), ['login'])
})

test('a token whose password has expired, one that is switched off and one that is deleted: each is refused at the next pull', async () => {
  const arm = await armOf(registry)
  await registry.cli('kubernetes pull-secret --token short-lived --namespace shop --name short-lived --apply')
  const pull = () => runPod(cluster, { image: image('shop/web'), namespace: 'shop', secrets: ['short-lived'] })
  runs(await pull())
  await arm.setToken('short-lived', { status: 'disabled' })
  isRefused(await pull())
  await arm.setToken('short-lived', { status: 'enabled' })
  runs(await pull())
  const password = await arm.generate('short-lived', 'password2', Date.now() + 3000)
  const login = [`--docker-server=${registry.host}`, '--docker-username=short-lived', `--docker-password=${password}`]
  await cluster.kubectl('create', 'secret', 'docker-registry', 'ending', '-n', 'shop', ...login)
  await arm.untilEnded('short-lived', password)
  isRefused(await runPod(cluster, { image: image('shop/web'), namespace: 'shop', secrets: ['ending'] }))
  runs(await pull())
  await arm.deleteToken('short-lived')
  isRefused(await pull())
})

test('a service principal and the admin user', async () => {
  await registry.cli('kubernetes pull-secret --service-principal cluster-one --namespace shop --name principal --apply')
  runs(await runPod(cluster, { image: image('bank/web'), namespace: 'shop', secrets: ['principal'] }))
  await registry.cli('identity sp delete cluster-one')
  isRefused(await runPod(cluster, { image: image('bank/web'), namespace: 'shop', secrets: ['principal'] }))
  await registry.cli('kubernetes pull-secret --admin --namespace shop --name admin --apply')
  runs(await runPod(cluster, { image: image('bank/web'), namespace: 'shop', secrets: ['admin'] }))
})

test('attach: pods pull without saying so; again nothing changes; detach: the next pull is refused and nothing is left', async () => {
  const pull = () => runPod(cluster, { image: image('shop/web'), namespace: 'attached' })
  await cluster.kubectl('patch', 'serviceaccount', 'default', '-n', 'attached', '-p', '{"imagePullSecrets":[{"name":"other"}]}')
  isRefused(await pull())
  const first = JSON.parse(await registry.cli('kubernetes attach --namespace attached --output json'))
  runs(await pull())
  assert.deepEqual(await outcomes('--namespace attached --image shop/web:v1'), ['pulls'])
  const again = JSON.parse(await registry.cli('kubernetes attach --namespace attached --output json'))
  assert.deepEqual([first.secrets[0].changed, again.secrets[0].changed], [true, false])
  await registry.cli('kubernetes attach --namespace attached --rotate')
  runs(await pull())
  await registry.cli('kubernetes detach --namespace attached')
  isRefused(await pull())
  assert.equal(await cluster.kubectl('get', 'secrets', '-n', 'attached', '-o', 'name'), '')
  const { imagePullSecrets } = await cluster.get<{ imagePullSecrets?: object[] }>('serviceaccount', 'default', 'attached')
  assert.deepEqual(imagePullSecrets, [{ name: 'other' }], 'what was there before attach')
  assert.ok(!(await registry.cli('identity sp list')).includes(first.servicePrincipal))
})

test('a namespace that lets restricted pods in alone is checked as well', async () => {
  await cluster.kubectl('create', 'namespace', 'restricted')
  await cluster.kubectl('label', 'namespace', 'restricted', 'pod-security.kubernetes.io/enforce=restricted')
  await registry.cli('kubernetes attach --namespace restricted')
  assert.deepEqual(await outcomes('--namespace restricted --image shop/web:v1'), ['pulls'])
})

test('a name of its own for the nodes, spoken in HTTP: the same Secret is for it, and a missing image is told to who may pull', async () => {
  const other = `${cluster.machine.outside}:5000`
  trust(other, [`server = "http://${other}"`, `[host."http://${other}"]`, '  capabilities = ["pull", "resolve"]'])
  await registry.cli(`kubernetes attach --namespace bank --server ${other}`)
  assert.deepEqual(await outcomes(`--namespace bank --server ${other} --image bank/web`).then(([, at]) => at), 'pulls')
  runs(await runPod(cluster, { image: `${other}/bank/web:v1`, namespace: 'bank' }))
  await registry.cli('kubernetes detach --namespace bank')
  assert.deepEqual(await outcomes(`--namespace bank --server ${other} --image bank/web`).then(([, at]) => at), 'login')
})

test('no Secret that was put into the cluster has a copy of its password in an annotation', async () => {
  const { items } = JSON.parse(await cluster.kubectl('get', 'secrets', '-A', '-o', 'json'))
  const ours = items.filter((each: { type: string }) => each.type === 'kubernetes.io/dockerconfigjson')
  assert.ok(ours.length > 0)
  for (const { metadata, data } of ours) {
    const { auths } = JSON.parse(Buffer.from(data['.dockerconfigjson'], 'base64').toString())
    const told = JSON.stringify(metadata)
    for (const { password, auth } of Object.values<{ password: string; auth: string }>(auths))
      assert.ok(!told.includes(password) && !told.includes(auth) && !told.includes(data['.dockerconfigjson']))
  }
})

test('as a mirror in containerd: an image of docker.io by its usual name comes from here', async () => {
  await registry.push(web, 'mirror/library/of-docker')
  await registry.cli('registry update --anonymous-pull-enabled true')
  trust('docker.io', [
    'server = "https://registry-1.docker.io"',
    `[host."https://${registry.host}/v2/mirror"]`,
    '  capabilities = ["pull", "resolve"]',
    '  override_path = true',
    `  ca = "${registry.caFile}"`,
  ])
  runs(await runPod(cluster, { image: 'of-docker:v1' }))
  await registry.cli('registry update --anonymous-pull-enabled false')
})
