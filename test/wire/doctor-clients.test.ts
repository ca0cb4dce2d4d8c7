// What doctor says of docker, podman, containerd, az and Node: once as they should be and once as they should not.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { Computer } from '../world/computer.ts'
import { Server } from '../world/server.ts'

let server: Server
let computer: Computer
let control = ''
let ca = ''
/** As clients write it. */
let registry = ''
const name = 'local.longshore.localhost'

before(async () => {
  server = await Server.start({ https: '127.0.0.1:0' })
  const port = server.started.https?.port
  control = `https://localhost:${port}`
  registry = `${name}:${port}`
  ca = join(server.dataDir, 'tls', 'ca.pem')
})
after(() => server.stop())
beforeEach(() => {
  computer = new Computer({ LONGSHORE_DATA_DIR: server.dataDir }).finds({ localhost: ['127.0.0.1'], [name]: ['127.0.0.1'] })
  computer.facts = { ...computer.facts, isRoot: false }
})
afterEach(() => computer.remove())

const pem = () => readFileSync(ca, 'utf8')
const dockerThatAnswers = () => computer.program('docker', 'echo 28.0.1')

test('who has no clients is told nothing of them', async () => {
  const { findings } = await computer.doctor()
  assert.deepEqual(
    findings.filter(({ name }) => /docker|podman|containerd|\baz\b/.test(name)),
    [],
  )
})

test('docker: the engine answers, is too old, or does not answer', async () => {
  dockerThatAnswers()
  assert.equal((await computer.doctor()).one('docker-ready').detail.version, '28.0.1')
  computer.program('docker', 'echo 17.12.1-ce')
  const old = await computer.doctor()
  assert.equal(old.one('docker-old').detail.version, '17.12.1-ce')
  assert.equal(old.code, 1)
  computer.program('docker', 'echo 28.0.1 Docker Desktop 4.40.0')
  const desktop = await computer.doctor()
  assert.equal(desktop.one('docker-desktop').cure, `docker login host.docker.internal:${new URL(control).port}`)
  assert.equal(desktop.one('docker-ready').detail.version, '28.0.1')
  computer.program('docker', 'exit 1')
  assert.equal((await computer.doctor()).one('docker-silent').state, 'warning')
  computer.program('docker', 'echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1')
  assert.equal((await computer.doctor()).one('docker-not-permitted').cure, 'sudo usermod -aG docker "$USER"')
})

test('docker: on loopback it needs no certificate; elsewhere one for each registry, which --fix puts there', async () => {
  dockerThatAnswers()
  assert.equal((await computer.doctor()).one('trust-docker-loopback').state, 'good')
  computer.finds({ localhost: ['127.0.0.1'], [name]: ['127.0.0.1', '10.0.0.7'] })
  const { one, code } = await computer.doctor()
  assert.equal(code, 1)
  assert.equal(one('trust-docker-missing').of, registry)
  const file = `/etc/docker/certs.d/${registry}/ca.crt`
  assert.equal(one('trust-docker-missing').cure, `sudo install -D -m 644 ${ca} ${file}`)
  computer.put(file, pem().replace('M', 'N'))
  assert.equal((await computer.doctor()).one('trust-docker-missing').of, registry, "another authority's")
  const mended = await computer.doctor(['--fix', '--yes'])
  assert.equal(readFileSync(join(computer.root, file), 'utf8'), pem())
  assert.equal(mended.one('trust-docker').state, 'good')
})

test('docker: its files are JSON, and the helpers that they name are there', async () => {
  dockerThatAnswers().put('~/.docker/config.json', '{"credsStore": "desktop", "credHelpers": {"other.example": "ecr-login"}}')
  const { one, code } = await computer.doctor()
  assert.equal(one('docker-helper-missing').detail.helper, 'docker-credential-desktop')
  assert.equal(code, 1)
  computer.program('docker-credential-desktop')
  assert.deepEqual((await computer.doctor()).of('docker-helper-missing'), [])
  computer.put('~/.docker/config.json', JSON.stringify({ credHelpers: { [registry]: 'pass' } }))
  assert.equal((await computer.doctor()).one('docker-helper-missing').detail.helper, 'docker-credential-pass')
  computer.put('~/.docker/config.json', '{').put('/etc/docker/daemon.json', '[')
  assert.equal((await computer.doctor()).of('docker-config-broken').length, 2)
})

test('docker: the engine’s proxy is kept from us, and our registry is not among the insecure ones', async () => {
  const proxies = (list: string) => ({ proxies: { 'http-proxy': 'http://proxy:3128', 'no-proxy': list } })
  dockerThatAnswers().put('/etc/docker/daemon.json', JSON.stringify({ ...proxies(''), 'insecure-registries': ['other:5000', registry] }))
  const { one, code } = await computer.doctor()
  assert.equal(one('docker-proxied').detail.list, 'localhost,longshore.localhost')
  assert.equal(one('docker-insecure').detail.host, registry)
  assert.equal(code, 1)
  computer.put('/etc/docker/daemon.json', JSON.stringify(proxies('localhost,longshore.localhost')))
  const mended = await computer.doctor()
  assert.deepEqual([...mended.of('docker-proxied'), ...mended.of('docker-insecure')], [])
  const unit = '/etc/systemd/system/docker.service.d/proxy.conf'
  computer.put(unit, '[Service]\nEnvironment="HTTPS_PROXY=http://proxy:3128" "NO_PROXY=example.org"\n')
  assert.equal((await computer.doctor()).one('docker-proxied').of, '/etc/systemd/system/docker.service.d')
  computer.put(unit, '[Service]\nEnvironment="HTTPS_PROXY=http://proxy:3128"\nEnvironment=NO_PROXY=localhost\n')
  assert.deepEqual((await computer.doctor()).of('docker-proxied'), [])
})

test('podman: a folder of certificates of the user’s own, which --fix fills', async () => {
  computer.program('podman')
  const { of, findings } = await computer.doctor()
  assert.deepEqual(of('trust-podman-missing'), [control.slice('https://'.length), registry])
  const own = join(computer.env.HOME ?? '', '.config/containers/certs.d', registry, 'ca.crt')
  assert.equal(findings.findLast(({ name }) => name === 'trust-podman-missing')?.cure, `install -D -m 644 ${ca} ${own}`)
  const mended = await computer.doctor(['--fix', '--yes'])
  assert.equal(mended.one('trust-podman').state, 'good')
  assert.equal(readFileSync(own, 'utf8'), pem())
})

test('podman: a registry that its configuration blocks or does not verify', async () => {
  const conf = (more: string) =>
    `[[registry]]\nlocation = "other.example"\nblocked = true\n\n[[registry]]\nlocation = "${registry}"\n${more}\n`
  computer.program('skopeo').put('/etc/containers/registries.conf.d/ours.conf', conf('blocked = true'))
  const { one, code } = await computer.doctor()
  assert.equal(one('podman-blocked').detail.host, registry)
  assert.equal(code, 1)
  computer.put('/etc/containers/registries.conf.d/ours.conf', conf('insecure = true'))
  assert.equal((await computer.doctor()).one('podman-insecure').detail.host, registry)
  computer.put('/etc/containers/registries.conf.d/ours.conf', conf(''))
  assert.equal((await computer.doctor()).one('podman-ready').of, 'skopeo')
})

test('containerd: where its configuration reads folders of registries, one for each', async () => {
  computer.put('/etc/containerd/config.toml', '[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n')
  const { of } = await computer.doctor()
  assert.deepEqual(of('trust-containerd-missing'), [control.slice('https://'.length), registry])
  const [first = '', ...others] = of('trust-containerd-missing')
  const put = (host: string, line: string) =>
    computer.put(`/etc/containerd/certs.d/${host}/hosts.toml`, `[host."https://${host}"]\n  capabilities = ["pull", "resolve"]\n${line}`)
  for (const host of others) put(host, `  ca = "${ca}"\n`)
  for (const line of ['', '  # ca = "ca.crt"\n', '  ca = "another.crt"\n']) {
    put(first, line)
    assert.deepEqual((await computer.doctor()).of('trust-containerd-missing'), [first], line)
  }
  computer.put(`/etc/containerd/certs.d/${first}/ca.crt`, pem())
  put(first, '  ca = ["another.crt", "ca.crt"]\n')
  assert.equal((await computer.doctor()).one('trust-containerd').of, '/etc/containerd/certs.d')
})

test('a system that trusts the authority makes docker, podman and containerd trust it', async () => {
  const missing = await computer.doctor()
  assert.match(missing.one('trust-system-missing').cure ?? '', /^sudo install -m 644 .*ca\.pem .* && sudo update-ca-/)
  computer.program('podman').put('/etc/ssl/certs/ca-certificates.crt', pem())
  const { one } = await computer.doctor()
  assert.equal(one('trust-system').state, 'good')
  assert.equal(one('trust-podman').state, 'good')
})

test('az: another cloud, ours with nobody signed in, ours; and whom it trusts', async () => {
  computer.program('az')
  const shell = await computer.doctor()
  assert.equal(shell.one('az-elsewhere').detail.cloud, 'AzureCloud')
  assert.equal(shell.one('az-elsewhere').cure, 'eval "$(longshore env)"')
  assert.equal(shell.one('trust-az-missing').of, 'REQUESTS_CA_BUNDLE')
  Object.assign(computer.env, {
    AZURE_CONFIG_DIR: join(computer.folder, 'azure'),
    ARM_CLOUD_METADATA_URL: `${control}/metadata/endpoints?api-version=2019-05-01`,
    REQUESTS_CA_BUNDLE: ca,
  })
  const prepared = await computer.doctor()
  assert.equal(prepared.one('trust-az').of, ca)
  assert.equal(prepared.one('az-signed-out').cure, 'az login -u owner')
  computer.put(join(computer.folder, 'azure/azureProfile.json'), '\uFEFF{"subscriptions": [{"id": "x"}]}')
  assert.equal((await computer.doctor()).one('az-ours').state, 'good')
})

test('az: a cloud that was registered by hand', async () => {
  computer.program('az').put('~/.azure/config', '[cloud]\nname = Longshore\n')
  computer.put('~/.azure/clouds.config', `[Longshore]\nendpoint_resource_manager = ${control}\n`)
  assert.equal((await computer.doctor()).one('az-signed-out').state, 'note')
  computer.put('~/.azure/clouds.config', '[Longshore]\nendpoint_resource_manager = https://localhost:1\n')
  assert.equal((await computer.doctor()).one('az-elsewhere').detail.cloud, 'https://localhost:1')
})

test('az: what it remembers of another address is set aside by --fix', async () => {
  const folder = join(computer.folder, 'azure')
  const kept = join(folder, 'cloudEndpoints.json')
  const clouds = (arm: string) =>
    JSON.stringify({ clouds: [{ endpoints: { resource_manager: arm }, suffixes: { acr_login_server_endpoint: `.${registry.slice(6)}` } }] })
  computer.program('az').put(kept, clouds('https://localhost:1'))
  Object.assign(computer.env, { AZURE_CONFIG_DIR: folder, ARM_CLOUD_METADATA_URL: `${control}/metadata/endpoints` })
  const { one, code } = await computer.doctor()
  assert.equal(one('az-stale').of, kept)
  assert.equal(code, 1)
  const mended = await computer.doctor(['--fix', '--yes'])
  assert.equal(mended.one('az-signed-out').state, 'note')
  assert.ok(existsSync(`${kept}.before`) && !existsSync(kept))
  computer.put(kept, clouds(control))
  assert.deepEqual((await computer.doctor()).of('az-stale'), [])
})

test('az: a server without HTTPS', async () => {
  const plain = await Server.start()
  try {
    computer.program('az')
    Object.assign(computer.env, { LONGSHORE_DATA_DIR: plain.dataDir })
    assert.match((await computer.doctor()).one('az-plain').cure ?? '', /^longshore serve --https /)
  } finally {
    await plain.stop()
  }
})

test('Node: its own list of whom to trust', async () => {
  assert.equal((await computer.doctor()).one('trust-node-missing').state, 'note')
  Object.assign(computer.env, { NODE_EXTRA_CA_CERTS: ca })
  assert.equal((await computer.doctor()).one('trust-node').of, ca)
})
