// What each check of `longshore doctor` says of the server's side, at the edges of each rule.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCertificates } from '#app/checkup/certificates.ts'
import { checkClock } from '#app/checkup/clock.ts'
import { checkDescriptors } from '#app/checkup/descriptors.ts'
import { checkDisk } from '#app/checkup/disk.ts'
import { checkModes } from '#app/checkup/modes.ts'
import { checkNames } from '#app/checkup/names.ts'
import { checkPorts } from '#app/checkup/ports.ts'
import { checkServer, cloudIn } from '#app/checkup/server.ts'
import { unfoundNames } from '#app/checkup/unfound.ts'
import type { Patient } from '#core/checkup.ts'
import type { Got, Vacancy } from '#ports/machine.ts'
import { day, elsewhere, greeting, here, machineOf, namesOf, noon, notRunning, patient } from './patient.ts'

const cloud = (resourceManager: unknown, acrLoginServer: unknown = '.ls.localhost') =>
  JSON.stringify([{ resourceManager, suffixes: { acrLoginServer } }])
const met = (change: Partial<Extract<Got, { met: true }>> = {}): Got => ({
  met: true,
  status: 200,
  date: noon,
  body: cloud(patient.control),
  ...change,
})
const server = async (of: Patient, got: Got = met()) => (await checkServer(machineOf({ get: async () => got }), of))[0]

test('the server: what answers, what does not, and what mends it', async () => {
  const trouble = { reason: 'folder-unusable', detail: { why: 'x' } } as unknown as NonNullable<typeof here.trouble>
  const silent: Got = { met: false, reason: 'ECONNREFUSED' }
  const cases: readonly (readonly [of: Patient, got: Got, name: string, cure: string | undefined])[] = [
    [{ ...patient, here: { ...here, trouble } }, met(), 'folder-unusable', undefined],
    [notRunning, met(), 'server-stopped', 'longshore serve --data-dir /data'],
    [{ ...patient, here: { ...here, isRunning: false, isMade: false } }, met(), 'server-absent', 'longshore serve --data-dir /data'],
    [patient, silent, 'server-silent', undefined],
    [elsewhere, silent, 'server-silent', 'curl -v https://ls.example/v2/'],
    [patient, met(), 'server-runs', undefined],
    [patient, met({ body: 'hello' }), 'server-stranger', undefined],
    [patient, met({ body: cloud('https://other.example') }), 'server-renamed', undefined],
    [elsewhere, met({ body: cloud('https://other.example') }), 'server-renamed', 'longshore doctor --server https://other.example'],
  ]
  for (const [of, got, name, cure] of cases) {
    const finding = await server(of, got)
    assert.deepEqual([finding?.name, finding?.cure], [name, cure])
  }
  assert.deepEqual(cloudIn(cloud('a', '.b')), { resourceManager: 'a', suffix: 'b' })
  assert.deepEqual(cloudIn(JSON.stringify(JSON.parse(cloud('a', 'b'))[0])), { resourceManager: 'a', suffix: 'b' })
  for (const body of [cloud(1), cloud('a', 1), '{}', '[]', 'null', '[1]', '']) assert.equal(cloudIn(body), undefined, body)
})

test('certificates: good, about to end, ended, early, or signed by another', async () => {
  const judged = async (change: Parameters<typeof greeting>[0], of: Patient = patient) =>
    (await checkCertificates(machineOf({ greet: async () => greeting(change) }), of))[0]
  assert.equal((await judged({ notAfter: noon + 14 * day }))?.name, 'certificate-good')
  assert.equal((await judged({ notAfter: noon + 14 * day - 1 }))?.name, 'certificate-ending')
  const reasons = [
    ['CERT_HAS_EXPIRED', 'certificate-ended'],
    ['CERT_NOT_YET_VALID', 'certificate-early'],
    ['SELF_SIGNED', 'certificate-mistrusted'],
  ] as const
  for (const [mistrust, name] of reasons) {
    const finding = await judged({ mistrust, notAfter: NaN })
    assert.deepEqual([finding?.name, finding?.cure], [name, 'longshore ca --renew --data-dir /data'])
    assert.deepEqual(finding?.detail, { from: '2026-01-01', until: '?', why: mistrust })
  }
  for (const whom of [{ ...patient, authority: undefined }, elsewhere])
    assert.equal((await judged({ mistrust: 'X' }, whom))?.cure, undefined)
  assert.equal(await judged({}, notRunning), undefined)
  assert.equal(await judged({}, { ...patient, control: 'http://localhost' }), undefined)
})

test('certificates: of many names all that is bad is told, of what is good one line; nobody who answers is told elsewhere', async () => {
  const bad = ['one.ls.localhost', 'two.ls.localhost']
  const asked: string[] = []
  const greet = async ({ name = '' }) => (asked.push(name), greeting(bad.includes(name) ? { mistrust: 'X' } : {}))
  assert.deepEqual(
    (await checkCertificates(machineOf({ greet }), patient)).map(({ of }) => of),
    bad,
  )
  assert.equal((await checkCertificates(machineOf(), patient)).length, 1)
  const many = Array.from({ length: 30 }, (_, each) => `r${each}.ls.localhost`)
  asked.length = 0
  await checkCertificates(machineOf({ greet }), { ...patient, hosts: many })
  assert.deepEqual(asked, ['localhost', ...many].slice(0, 20))
  assert.deepEqual(await checkCertificates(machineOf({ greet: async () => ({ met: false, reason: 'x' }) }), patient), [])
  const cas: (string | undefined)[] = []
  const noting = { greet: async (_: unknown, ca: string | undefined) => (cas.push(ca), greeting()) }
  const own = { ...patient, authority: undefined, hosts: [] }
  await checkCertificates(machineOf({ ...noting, roots: () => ['r1', 'r2'] }), own)
  await checkCertificates(machineOf(noting), own)
  await checkCertificates(machineOf(noting), { ...patient, hosts: [] })
  assert.deepEqual(cas, ['r1\nr2', undefined, patient.authority?.pem])
})

test('the clock: a minute is let pass, the seconds of the header too; what keeps it right is asked', async () => {
  const off = async (milliseconds: number, platform = 'linux') =>
    (await checkClock(machineOf({ platform, get: async () => met({ date: noon + milliseconds }) }), patient))[0]
  const cases = [
    [0, 'clock-good', 0],
    [1999, 'clock-good', 0],
    [-1999, 'clock-good', 0],
    [2000, 'clock-good', 2],
    [60_000, 'clock-good', 60],
    [-60_000, 'clock-good', -60],
    [60_001, 'clock-off', 60],
    [-60_001, 'clock-off', -60],
  ] as const
  for (const [milliseconds, name, seconds] of cases) {
    const finding = await off(milliseconds)
    assert.deepEqual([finding?.name, finding?.detail], [name, { seconds }])
    assert.equal(finding?.cure, name === 'clock-off' ? 'sudo timedatectl set-ntp true' : undefined)
  }
  assert.equal((await off(1e6, 'win32'))?.cure, 'w32tm /resync')
  assert.equal((await off(1e6, 'darwin'))?.cure, undefined)
  const told = (of: Patient, got: Got, out = '', code = 0) =>
    checkClock(machineOf({ get: async () => got, ask: async () => ({ code, out, problem: '' }) }), of).then(namesOf)
  assert.deepEqual(await told(notRunning, met()), [])
  assert.deepEqual(await told(elsewhere, met()), ['clock-good'])
  assert.deepEqual(await told(patient, met({ date: undefined })), [])
  assert.deepEqual(await told(patient, { met: false, reason: 'x' }, 'no\n'), ['clock-unsynchronized'])
  assert.deepEqual(await told(notRunning, met(), 'yes\n'), [])
  assert.deepEqual(await told(notRunning, met(), 'no\n', 1), [])
})

test('disk, descriptors and modes: at the limit and beside it', () => {
  const disk = (facts: Parameters<typeof machineOf>[0], of: Patient = patient) => namesOf(checkDisk(machineOf(facts), of))
  const space = (free: number, doubtful?: string) => ({ space: () => ({ free, total: 1, doubtful }) })
  const well = ['disk-free', 'disk-syncs', 'disk-one']
  assert.deepEqual(disk(space(100)), well)
  assert.deepEqual(disk(space(99)), ['disk-low', 'disk-syncs', 'disk-one'])
  assert.deepEqual(disk(space(100, 'NFS')), ['disk-free', 'disk-doubtful', 'disk-syncs', 'disk-one'])
  assert.deepEqual(disk({ space: () => undefined, sync: () => 'EIO' }), ['disk-no-sync', 'disk-one'])
  assert.deepEqual(disk({ look: () => undefined }), [])
  assert.deepEqual(disk({}, elsewhere), [])
  assert.deepEqual(disk({}, { ...patient, here: { ...here, together: [] } }), ['disk-free', 'disk-syncs'])
  const devices = (path: string) => ({ mode: 0o700, device: path.length, isFolder: true })
  assert.deepEqual(disk({ look: devices }, { ...patient, here: { ...here, together: ['/a', '/bb'] } }).at(-1), 'disk-split')

  const most = (descriptors: number | undefined, of: Patient = patient) => {
    const [finding] = checkDescriptors(machineOf({ descriptors: () => descriptors }), of)
    return [finding?.name, finding?.detail.most]
  }
  assert.deepEqual(most(4096), ['descriptors-enough', 4096])
  assert.deepEqual(most(4095), ['descriptors-few', 4095])
  assert.deepEqual(most(Infinity), ['descriptors-enough', '∞'])
  for (const [descriptors, of] of [
    [undefined, patient],
    [1, elsewhere],
  ] as const)
    assert.deepEqual(most(descriptors, of), [undefined, undefined])
  const asked: (number | undefined)[] = []
  for (const whom of [patient, notRunning]) checkDescriptors(machineOf({ descriptors: (pid) => (asked.push(pid), 1) }), whom)
  assert.deepEqual(asked, [7, undefined])

  const modes = (mode: number, facts: Parameters<typeof machineOf>[0] = {}, of: Patient = patient) =>
    checkModes(machineOf({ look: () => ({ mode: 0o40000 | mode, device: 1, isFolder: true }), ...facts }), of)
  for (const mode of [0o700, 0o500, 0]) assert.deepEqual(namesOf(modes(mode)), ['modes-closed'])
  const shared = { ...patient, here: { ...here, group: 'www-data', closed: [{ path: '/data', mode: 0o710 }] } }
  assert.deepEqual(modes(0o710, {}, shared)[0], { name: 'modes-shared', of: '/data', detail: { group: 'www-data' } })
  assert.deepEqual(modes(0o750, {}, shared)[0]?.repair, { kind: 'close', path: '/data', mode: 0o710 })
  assert.deepEqual(modes(0o750)[0]?.repair, { kind: 'close', path: '/data', mode: 0o700 })
  assert.deepEqual(modes(0o541)[0]?.detail, { is: '0541', should: '0500' })
  assert.deepEqual(modes(0o777, { platform: 'win32' }), [])
  assert.deepEqual(modes(0o777, { look: () => undefined }), [])
  assert.deepEqual(modes(0o777, {}, elsewhere), [])
})

test('names: unknown, away from here, without IPv4; and the line that mends them', async () => {
  const named = async (addresses: readonly string[], of: Patient = patient, facts: Parameters<typeof machineOf>[0] = {}) => {
    const family = (address: string) => ({ address, family: address.includes(':') ? (6 as const) : (4 as const) })
    return (await checkNames(machineOf({ ...facts, addresses: async () => addresses.map(family) }), of))[0]
  }
  const open = { ...patient, here: { ...here, listeners: [...here.listeners, { setting: 'http', host: '0.0.0.0', port: 80 }] } }
  const cases = [
    [[], patient, 'name-unknown'],
    [['127.0.0.1'], patient, 'name-found'],
    [['10.0.0.1'], patient, 'name-elsewhere'],
    [['10.0.0.1', '127.0.0.1'], patient, 'name-found'],
    [['10.0.0.1'], open, 'name-found'],
    [['10.0.0.1'], elsewhere, 'name-found'],
    [['::1'], patient, 'name-without-ipv4'],
    [['::ffff:127.0.0.1', '10.0.0.1'], patient, 'name-found'],
  ] as const
  for (const [addresses, of, name] of cases) assert.equal((await named(addresses, of))?.name, name)
  assert.equal((await named(['10.0.0.1', '10.0.0.1']))?.detail.addresses, '10.0.0.1')
  assert.equal((await named([], patient))?.cure, 'longshore hosts --data-dir /data | sudo tee -a /etc/hosts')
  for (const facts of [{ isRoot: true }, { platform: 'win32' }])
    assert.equal((await named([], patient, facts))?.cure, 'longshore hosts --write --data-dir /data')
  assert.equal((await named([], elsewhere))?.cure, undefined, 'nobody knows where it is')
  assert.equal((await named(['::2'], elsewhere))?.cure, `printf '%s\\n' '::2 one.ls.example' | sudo tee -a /etc/hosts`)
  assert.equal((await named(['::2'], elsewhere, { platform: 'win32' }))?.cure, undefined)
  assert.equal((await named(['::2'], { ...elsewhere, hosts: [] }))?.cure, undefined)
  const many = { ...patient, control: 'https://10.0.0.9', hosts: Array.from({ length: 30 }, (_, each) => `r${each}.x`) }
  assert.equal((await checkNames(machineOf(), many)).length, 20, 'an address is no name, and twenty are enough')
})

test('ports: whoever listens there, if anybody may', async () => {
  const port = async (vacancy: Vacancy, of: Patient, holder?: { program: string; pid: number }) =>
    (await checkPorts(machineOf({ vacancy: async () => vacancy, holder: () => holder }), of))[0]
  const ours = { program: 'node', pid: 7 }
  const other = { program: 'nginx', pid: 8 }
  const nameless = { ...patient, here: { ...here, pid: undefined } }
  const cases = [
    ['free', patient, undefined, 'port-silent'],
    ['free', notRunning, undefined, 'port-free'],
    ['not-permitted', patient, undefined, 'port-ours'],
    ['not-permitted', notRunning, undefined, 'port-not-permitted'],
    ['not-here', patient, undefined, 'port-not-here'],
    ['taken', patient, ours, 'port-ours'],
    ['taken', patient, undefined, 'port-ours'],
    ['taken', nameless, other, 'port-ours'],
    ['taken', patient, other, 'port-taken'],
    ['taken', notRunning, ours, 'port-taken'],
  ] as const
  for (const [vacancy, of, holder, name] of cases) assert.equal((await port(vacancy, of, holder))?.name, name)
  assert.equal((await port('taken', patient, other))?.detail.holder, 'nginx (8)')
  assert.equal((await port('taken', notRunning))?.detail.holder, '?')
  const listeners = [
    { setting: 'admin', host: '::1', port: 1 },
    { setting: 'http', host: '127.0.0.1', port: 0 },
  ]
  const [first, second] = await checkPorts(machineOf(), { ...patient, here: { ...here, listeners } })
  assert.deepEqual([first?.of, first?.detail.flag, second], ['[::1]:1', '--admin', undefined])
  assert.deepEqual(await checkPorts(machineOf(), elsewhere), [])
})

test('at its start the server tells of the first names that this machine does not find, and waits for no resolver', async () => {
  const registries = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6']
  const asked: string[] = []
  const addresses = async (name: string) => {
    asked.push(name)
    if (name.startsWith('r2')) return new Promise<never>(() => {})
    return name.startsWith('r3') ? [] : [{ address: '127.0.0.1', family: 4 as const }]
  }
  const told = { domain: 'ls.localhost:5443', registries } as unknown as Parameters<typeof unfoundNames>[1]
  assert.deepEqual(await unfoundNames(machineOf({ addresses }), told), ['r3.ls.localhost'])
  assert.deepEqual(
    asked,
    ['r1', 'r2', 'r3', 'r4', 'r5'].map((name) => `${name}.ls.localhost`),
  )
})
