// What each check of `longshore doctor` says of the clients of a machine, at the edges of each rule.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAz } from '#app/checkup/az.ts'
import { checkDocker } from '#app/checkup/docker.ts'
import { checkPodman } from '#app/checkup/podman.ts'
import { checkProxies } from '#app/checkup/proxies.ts'
import { checkTrust } from '#app/checkup/trust.ts'
import type { Finding, Patient } from '#core/checkup.ts'
import { anotherPem, authority, elsewhere, machineOf, type MachineFacts, namesOf, patient } from './patient.ts'

const one = 'one.ls.localhost:5443'
const docker = (facts: MachineFacts, { code = 0, out = '28.0.1', problem = '' } = {}, of = patient): Promise<Finding[]> =>
  checkDocker(machineOf({ programs: ['docker'], ask: async () => ({ code, out, problem }), ...facts }), of)
const dockerSays = async (files: Readonly<Record<string, string>>, facts: MachineFacts = {}) =>
  namesOf((await docker({ files, ...facts })).slice(1))

test('docker: the engine by its version, and why it may be silent', async () => {
  const engine = async (answer: { code?: number; out?: string; problem?: string }, platform = 'linux') => {
    const [finding] = await docker({ platform }, answer)
    return [finding?.name, finding?.cure]
  }
  for (const [out, name] of [
    ['18.03.0', 'docker-ready'],
    ['18.02.9', 'docker-old'],
    ['17.12.1', 'docker-old'],
    ['19.0.0', 'docker-ready'],
  ] as const)
    assert.deepEqual(await engine({ out }), [name, undefined])
  const restart = 'sudo systemctl restart docker'
  assert.deepEqual(await engine({ code: 1 }), ['docker-silent', restart])
  assert.deepEqual(await engine({ out: '\n' }), ['docker-silent', restart])
  assert.deepEqual(await engine({ code: 1 }, 'darwin'), ['docker-silent', undefined])
  assert.deepEqual(await engine({ problem: 'permission denied' }), ['docker-ready', undefined], 'a warning beside an answer')
  assert.deepEqual(await engine({ code: 1, problem: 'Permission denied' }), ['docker-not-permitted', 'sudo usermod -aG docker "$USER"'])
  const desktop = { out: '28.0.1 Docker Desktop 4.4' }
  assert.deepEqual(namesOf(await docker({}, desktop)), ['docker-ready', 'docker-desktop'])
  assert.deepEqual(namesOf(await docker({}, desktop, elsewhere)), ['docker-ready'])
  assert.deepEqual(await checkDocker(machineOf(), patient), [])
})

test('docker: helpers that its file of logins names', async () => {
  const path = '/home/u/.docker/config.json'
  const login = (value: unknown, facts: MachineFacts = {}) => dockerSays({ [path]: JSON.stringify(value) }, facts)
  const missing = ['docker-helper-missing']
  assert.deepEqual(await login({}), [])
  assert.deepEqual(await login({ credsStore: 'x' }), missing)
  assert.deepEqual(await login({ credsStore: 'x' }, { programs: ['docker', 'docker-credential-x'] }), [])
  for (const credsStore of ['', 1, null]) assert.deepEqual(await login({ credsStore }), [])
  assert.deepEqual(await login({ credsStore: 'x', credHelpers: { [one]: 'x', 'other:1': 'z' } }), missing, 'each once')
  assert.deepEqual(await login({ credsStore: 'x', credHelpers: { [one]: 'y' } }), [...missing, ...missing])
  assert.deepEqual(await dockerSays({ '/c/config.json': '{"credsStore":"x"}' }, { env: { DOCKER_CONFIG: '/c' } }), missing)
  for (const text of ['{', '1', 'null'])
    assert.deepEqual(await dockerSays({ [path]: text, '/etc/docker/daemon.json': text }), Array(2).fill('docker-config-broken'), text)
  assert.deepEqual(await dockerSays({ [path]: ' \n', '/etc/docker/daemon.json': '' }), [])
})

test('docker: the proxy of its engine, in its own file and in its unit', async () => {
  const daemon = (value: unknown) => dockerSays({ '/etc/docker/daemon.json': JSON.stringify(value) })
  const list = 'localhost,ls.localhost'
  for (const kind of ['http-proxy', 'https-proxy']) {
    assert.deepEqual(await daemon({ proxies: { [kind]: 'p' } }), ['docker-proxied'])
    assert.deepEqual(await daemon({ proxies: { [kind]: 'p', 'no-proxy': list } }), [])
  }
  for (const proxies of [{}, { 'http-proxy': '' }, { 'http-proxy': 1 }, { 'no-proxy': 'x' }])
    assert.deepEqual(await daemon({ proxies }), [])
  assert.deepEqual(await daemon({ 'insecure-registries': [one, 'other:1'] }), ['docker-insecure'])
  for (const insecure of [one, [], ['one.ls.localhost']]) assert.deepEqual(await daemon({ 'insecure-registries': insecure }), [])
  const unit = (text: string, name = 'a.conf') => dockerSays({ [`/etc/systemd/system/docker.service.d/${name}`]: text })
  for (const line of ['Environment=HTTPS_PROXY=p', ' Environment="HTTPS_PROXY=p"', "Environment=A=b 'http_proxy=p'"]) {
    assert.deepEqual(await unit(`[Service]\n${line}\n`), ['docker-proxied'], line)
    assert.deepEqual(await unit(`${line}\nEnvironment="NO_PROXY=${list}"`), [], line)
  }
  assert.deepEqual(await unit('#Environment=HTTPS_PROXY=p'), [])
  assert.deepEqual(await unit('Environment=HTTPS_PROXY=p', 'a.conf.off'), [])
})

test('podman and its family: the files that they read, block by block', async () => {
  const podman = (files: Readonly<Record<string, string>>, facts: MachineFacts = {}) =>
    checkPodman(machineOf({ programs: ['podman'], files, ...facts }), patient)
  const conf = '/etc/containers/registries.conf'
  const said = (text: string) => namesOf(podman({ [conf]: text }))
  const block = (more: string, key = 'location') => `[[registry]]\n${key} = "${one}/team"\n${more}\n`
  const ready = ['podman-ready']
  assert.deepEqual(said(block('')), ready)
  for (const key of ['location', 'prefix']) {
    assert.deepEqual(said(block('blocked = true', key)), ['podman-blocked'])
    assert.deepEqual(said(block('insecure=true', key)), ['podman-insecure'])
  }
  assert.deepEqual(said(block('blocked = true\ninsecure = true')), ['podman-blocked'])
  for (const more of [
    'blocked = false',
    '# blocked = true',
    '[[registry.mirror]]\nblocked = true',
    '[[registry]]\nlocation="other:1"\nblocked = true',
  ])
    assert.deepEqual(said(block(more)), ready, more)
  const insecure = block('insecure = true')
  for (const path of ['/etc/containers/registries.conf.d/x.conf', '/home/u/.config/containers/registries.conf'])
    assert.deepEqual(namesOf(podman({ [path]: insecure })), ['podman-insecure'], path)
  assert.deepEqual(namesOf(podman({ '/x/containers/registries.conf': insecure }, { env: { XDG_CONFIG_HOME: '/x' } })), ['podman-insecure'])
  const env = { CONTAINERS_REGISTRIES_CONF: '/mine' }
  assert.deepEqual(namesOf(podman({ [conf]: insecure, '/mine': '' }, { env })), ready)
  assert.deepEqual(namesOf(podman({ '/mine': insecure }, { env })), ['podman-insecure'])
  assert.deepEqual(checkPodman(machineOf({ files: { [conf]: insecure } }), patient), [])
  for (const tool of ['skopeo', 'buildah']) assert.equal(podman({}, { programs: [tool] })[0]?.of, tool)
})

const trust = (facts: MachineFacts, of: Patient = patient) => checkTrust(machineOf({ roots: () => [anotherPem], ...facts }), of)
const without = async (facts: MachineFacts, of: Patient = patient) =>
  namesOf(await trust(facts, of)).filter((name) => !/-system|-node|-az/.test(name))

test('whom docker, podman and containerd trust: by a folder of each registry, or by the system', async () => {
  const far = async () => [{ address: '10.0.0.1', family: 4 as const }]
  const hosts = ['localhost:5443', one, 'two.ls.localhost:5443']
  const missing = (tool: string, count: number) => Array<string>(count).fill(`trust-${tool}-missing`)
  const files = (folder: string, pem = authority.pem, name = 'ca.crt') =>
    Object.fromEntries(hosts.map((host) => [`${folder}/${host}/${name}`, pem]))
  const roots = () => [anotherPem, authority.pem.replaceAll('\n', '\r\n')]
  const engine = { programs: ['docker'], addresses: far }
  assert.deepEqual(await without({ programs: ['docker'] }), ['trust-docker-loopback'])
  const both = async () => [...(await far()), { address: '127.0.0.1', family: 4 as const }]
  for (const addresses of [far, both])
    assert.deepEqual(await without({ ...engine, addresses }), missing('docker', 2), 'localhost is never far')
  assert.deepEqual(await without({ ...engine, files: files('/etc/docker/certs.d') }), ['trust-docker'])
  assert.deepEqual(await without({ ...engine, files: files('/etc/docker/certs.d', anotherPem) }), missing('docker', 2))
  assert.deepEqual(await without({ ...engine, roots }), ['trust-docker'])
  const podman = { programs: ['buildah'] }
  assert.deepEqual(await without(podman), missing('podman', 3))
  for (const folder of ['/home/u/.config/containers/certs.d', '/etc/containers/certs.d', '/etc/docker/certs.d']) {
    assert.deepEqual(await without({ ...podman, files: files(folder, authority.pem, 'mine.crt') }), ['trust-podman'], folder)
    assert.deepEqual(await without({ ...podman, files: files(folder, authority.pem, 'mine.pem') }), missing('podman', 3))
    assert.deepEqual(await without({ ...podman, files: files(folder, anotherPem) }), missing('podman', 3))
  }
  assert.deepEqual(await without({ ...podman, roots }), ['trust-podman'])
  assert.deepEqual(await without({ ...podman, env: { SSL_CERT_FILE: '/f' }, files: { '/f': authority.pem } }), ['trust-podman'])
  const cures = async (facts: MachineFacts) =>
    (await trust({ ...podman, ...facts })).find(({ name }) => name === 'trust-podman-missing')?.cure
  const to = (folder: string, sudo = '') => `${sudo}install -D -m 644 /data/tls/ca.pem ${folder}/containers/certs.d/localhost:5443/ca.crt`
  assert.equal(await cures({}), to('/home/u/.config'))
  assert.equal(await cures({ env: { XDG_CONFIG_HOME: '/x' } }), to('/x'))
  assert.equal(await cures({ env: { XDG_CONFIG_HOME: '/etc/x' } }), to('/etc/x', 'sudo '))
  assert.equal(await cures({ isRoot: true }), to('/etc'))
  const toml = { '/etc/containerd/config.toml': ' config_path = "/k:/l"\n' }
  const hostsToml = (ca: string) => Object.fromEntries(hosts.map((host) => [`/k/${host}/hosts.toml`, `ca = ${ca}\n`]))
  assert.deepEqual(await without({ files: toml }), missing('containerd', 3))
  assert.deepEqual(await without({ files: { '/etc/containerd/config.toml': 'config_path = ""' } }), [])
  assert.deepEqual(await without({ files: { ...toml, ...hostsToml('"/data/ca"'), '/data/ca': authority.pem } }), ['trust-containerd'])
  assert.deepEqual(await without({ files: { ...toml, ...hostsToml('"own"'), ...files('/k', authority.pem, 'own') } }), ['trust-containerd'])
  assert.deepEqual(
    await without({ files: { ...toml, ...hostsToml('"own"'), ...files('/k', anotherPem, 'own') } }),
    missing('containerd', 3),
  )
  assert.deepEqual(await without({ files: toml, roots }), ['trust-containerd'])
  for (const none of [{ authority: undefined }, { control: 'http://localhost' }])
    assert.deepEqual(await trust({}, { ...patient, ...none }), [])
})

test('whom the system, az and Node trust, and the line for each system', async () => {
  const cure = async (facts: MachineFacts) => (await trust(facts))[0]?.cure ?? ''
  assert.match(await cure({ platform: 'darwin' }), /^sudo security add-trusted-cert/)
  assert.match(await cure({ platform: 'win32' }), /^certutil /)
  assert.match(await cure({}), /update-ca-trust$/)
  assert.match(await cure({ look: () => undefined }), /update-ca-certificates$/)
  const files = { '/b': `${anotherPem}${authority.pem}`, '/c': anotherPem }
  const names = async (facts: MachineFacts) => namesOf(await trust({ files, ...facts })).slice(1)
  assert.deepEqual(await names({}), ['trust-node-missing'])
  assert.deepEqual(await names({ programs: ['az'] }), ['trust-az-missing', 'trust-node-missing'])
  for (const [path, ending] of [
    ['/b', ''],
    ['/c', '-missing'],
    ['/none', '-missing'],
    ['', '-missing'],
  ] as const)
    assert.deepEqual(await names({ programs: ['az'], env: { REQUESTS_CA_BUNDLE: path, NODE_EXTRA_CA_CERTS: path } }), [
      `trust-az${ending}`,
      `trust-node${ending}`,
    ])
  const node = async (of: Patient) => (await trust({}, of)).at(-1)?.cure
  assert.equal(await node(patient), 'eval "$(longshore env --data-dir /data)"')
  assert.equal(await node(elsewhere), 'export NODE_EXTRA_CA_CERTS=/data/tls/ca.pem')
})

test('az: whose cloud, what it remembers, who is signed in', () => {
  const az = (env: Record<string, string>, files: Record<string, string> = {}, of = patient) =>
    checkAz(machineOf({ programs: ['az'], env, files }), of)[0]
  const url = { ARM_CLOUD_METADATA_URL: 'https://localhost:5443/metadata/endpoints' }
  const profile = (subscriptions: unknown, folder = '/home/u/.azure') => ({
    [`${folder}/azureProfile.json`]: JSON.stringify({ subscriptions }),
  })
  assert.deepEqual(checkAz(machineOf(), patient), [])
  assert.equal(az({}, {}, { ...patient, control: 'http://localhost' })?.cure, 'longshore serve --https 127.0.0.1:5443 --data-dir /data')
  assert.equal(az({}, {}, { ...elsewhere, control: 'http://ls.example' })?.cure, undefined)
  assert.equal(az(url, profile([1]))?.name, 'az-ours')
  for (const subscriptions of [[], {}, undefined]) assert.equal(az(url, profile(subscriptions))?.name, 'az-signed-out')
  assert.equal(az(url, { '/home/u/.azure/azureProfile.json': '{' })?.name, 'az-signed-out')
  assert.equal(az({ ...url, AZURE_CONFIG_DIR: '/p' }, profile([1], '/p'))?.name, 'az-ours')
  for (const other of ['https://localhost:1/x', 'nonsense']) assert.equal(az({ ARM_CLOUD_METADATA_URL: other })?.name, 'az-elsewhere')
  const cloud = (arm: string, suffix: string) => ({ endpoints: { resource_manager: arm }, suffixes: { acr_login_server_endpoint: suffix } })
  const ours = cloud(patient.control, `.${patient.domain}`)
  const remembers = (value: unknown, env: Record<string, string> = url) =>
    az(env, { '/home/u/.azure/cloudEndpoints.json': JSON.stringify(value) })?.name
  for (const value of [{ clouds: [ours] }, { clouds: [ours, ours] }, { clouds: [] }, {}, { clouds: {} }])
    assert.equal(remembers(value), 'az-signed-out')
  for (const clouds of [[cloud('https://x', `.${patient.domain}`)], [cloud(patient.control, '.x')], [ours, {}], [null]])
    assert.equal(remembers({ clouds }), 'az-stale')
  assert.equal(remembers({ clouds: [{}] }, {}), 'az-elsewhere', 'it is not read without the URL')
  const clouds = {
    '/home/u/.azure/clouds.config': `[L]\nendpoint_resource_manager = ${patient.control}/\n[M]\nname = L\nendpoint_resource_manager = https://m\n`,
  }
  const active = (name: string) => ({ '/home/u/.azure/config': `[core]\nname = M\n\r\n [cloud] \r\n name=${name}\r\n` })
  assert.equal(az({}, { ...clouds, ...active('L') })?.name, 'az-signed-out')
  assert.equal(az({}, { ...clouds, ...active('M') })?.detail.cloud, 'https://m')
  assert.equal(az({ AZURE_CLOUD_NAME: 'L' }, { ...clouds, ...active('M') })?.name, 'az-signed-out')
  assert.equal(az({}, active('N'))?.detail.cloud, 'N')
  assert.equal(az({}, clouds)?.detail.cloud, 'AzureCloud')
  const register =
    'az cloud register -n Longshore --endpoint-resource-manager https://ls.example --endpoint-active-directory https://ls.example/adfs && az cloud set -n Longshore'
  assert.equal(az({}, {}, { ...elsewhere, authority: undefined })?.cure, register)
  assert.equal(
    az({}, {}, elsewhere)?.cure,
    `export REQUESTS_CA_BUNDLE=/data/tls/ca.pem NODE_EXTRA_CA_CERTS=/data/tls/ca.pem && ${register}`,
  )
})

test('proxies: those that take what is ours, and the exception that keeps it', () => {
  const proxies = (env: Record<string, string>, platform = 'linux') => checkProxies(machineOf({ env, platform }), patient)[0]
  assert.equal(proxies({ NO_PROXY: 'x' })?.name, 'proxies-none')
  assert.equal(proxies({ HTTP_PROXY: 'p', no_proxy: 'localhost' })?.name, 'proxies-spare-us')
  const list = 'x,y,localhost,ls.localhost'
  const taken = proxies({ ALL_PROXY: 'p', NO_PROXY: 'x, y' })
  assert.deepEqual([taken?.name, taken?.of, taken?.cure], ['proxies-take-us', 'ALL_PROXY', `export NO_PROXY='${list}' no_proxy='${list}'`])
  assert.equal(taken?.detail.hosts, 'localhost, one.ls.localhost, two.ls.localhost')
  assert.equal(proxies({ https_proxy: 'p', NO_PROXY: 'x,y' }, 'win32')?.cure, `$env:NO_PROXY = '${list}'`)
})
