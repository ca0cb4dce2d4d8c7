// A cluster of one real node: etcd, Kubernetes' own programs, containerd and runc, within a machine of its own.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, globSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { goToolFolder } from '../../tools/install-clients.ts'
import { type Result, run, succeed, told } from '../clients/command.ts'
import { makeLayout } from '../clients/images.ts'
import { type Machine, startMachine } from './namespace.ts'
import { startNames } from './names.ts'

export interface Cluster {
  machine: Machine
  kubeconfig: string
  /** Where containerd looks for how to reach a registry: `<host>/hosts.toml`. */
  hostsFolder: string
  /** Must succeed. */
  kubectl: (...words: string[]) => Promise<string>
  /** Whatever comes of it. */
  ask: (words: readonly string[], input?: string) => Promise<Result>
  apply: (...objects: object[]) => Promise<void>
  get: <Shape>(kind: string, name: string, namespace: string) => Promise<Shape>
  ctr: (...words: string[]) => Promise<string>
  stop: () => Promise<void>
}

export const nodeName = 'node-1'

/** @param names of this machine, as the node's own hosts file has them */
export async function startCluster(names: readonly string[]): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'lsk-'))
  chmodSync(folder, 0o711)
  const machine = await startMachine(folder, names)
  const stopNames = await startNames(machine.outside, names, (service) => addressOf(service))
  const program = (name: string) => join(goToolFolder('kubernetes'), name)
  const at = (name: string) => join(folder, name)
  const kubeconfig = at('kubeconfig')
  const ask = (words: readonly string[], input = '') =>
    run(program('kubectl'), [`--kubeconfig=${kubeconfig}`, ...words], { input, seconds: 240 })
  const kubectl = async (...words: string[]) => {
    const done = await ask(words)
    assert.equal(done.code, 0, told('kubectl', words, done))
    return done.stdout
  }
  const addressOf = async (service: string) => {
    const [name = '', namespace = ''] = service.split('.')
    return (await ask(['get', 'service', name, '-n', namespace, '-o', 'jsonpath={.spec.clusterIP}'])).stdout || undefined
  }
  const stop = async () => {
    await machine.stop()
    stopNames()
    removeGroups()
    if (process.env.KEEP_NODE === undefined) rmSync(folder, { recursive: true, force: true })
  }
  try {
    await writeSettings(at, machine)
    const begin = (name: string, settings: Record<string, string>) =>
      machine.begin(name === 'etcd' ? name : program(name), flags({ ...settings, ...(byKubeconfig.has(name) && { kubeconfig }) }))
    begin('etcd', {
      'data-dir': at('etcd'),
      'unsafe-no-fsync': 'true',
      'listen-client-urls': 'http://127.0.0.1:2379',
      'advertise-client-urls': 'http://127.0.0.1:2379',
      'listen-peer-urls': 'http://127.0.0.1:2380',
    })
    begin('kube-apiserver', {
      'etcd-servers': 'http://127.0.0.1:2379',
      'bind-address': '0.0.0.0',
      'advertise-address': machine.inside,
      'secure-port': '6443',
      'cert-dir': at('certificates'),
      'service-account-key-file': at('accounts.key'),
      'service-account-signing-key-file': at('accounts.key'),
      'service-account-issuer': 'https://kubernetes.default.svc',
      'token-auth-file': at('tokens.csv'),
      'authorization-mode': 'RBAC',
      'service-cluster-ip-range': machine.services,
      'kubelet-preferred-address-types': 'InternalIP',
    })
    const is = (what: string, look: () => Promise<boolean>, whose: string) => until(what, look, () => machine.log(whose))
    await is('the API server is ready', async () => (await ask(['get', '--raw', '/readyz'])).code === 0, 'kube-apiserver')
    begin('kube-controller-manager', {
      'service-account-private-key-file': at('accounts.key'),
      'root-ca-file': at('certificates/apiserver.crt'),
      'use-service-account-credentials': 'true',
      'leader-elect': 'false',
    })
    begin('kube-scheduler', { 'leader-elect': 'false' })
    machine.begin('containerd', ['-c', at('containerd.toml')])
    const inside = (...words: string[]) => machine.within('ctr', ['-a', at('containerd.sock'), '-n', 'k8s.io', ...words])
    const ctr = (...words: string[]) => succeed(...inside(...words), { seconds: 300 })
    await is('containerd answers', async () => (await run(...inside('version'))).code === 0, 'containerd')
    await importPause(folder, ctr)
    begin('kubelet', {
      config: at('kubelet.yaml'),
      'root-dir': at('kubelet'),
      'cert-dir': at('kubelet-certificates'),
      'hostname-override': nodeName,
      'node-ip': machine.inside,
    })
    begin('kube-proxy', {
      'hostname-override': nodeName,
      'proxy-mode': 'iptables',
      'cluster-cidr': machine.pods,
      'conntrack-max-per-core': '0',
      'conntrack-min': '0',
    })
    const ready = ['get', 'node', nodeName, '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}']
    await is('the node is ready', async () => (await ask(ready)).stdout === 'True', 'kubelet')
    await is(
      'there is a service account',
      async () => (await ask(['get', 'serviceaccount', 'default'])).code === 0,
      'kube-controller-manager',
    )
    return {
      machine,
      kubeconfig,
      hostsFolder: at('hosts.d'),
      kubectl,
      ask,
      apply: async (...objects) => {
        const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
        const done = await ask(['apply', '--server-side', '-f', '-'], input)
        assert.equal(done.code, 0, told('kubectl', ['apply'], done))
      },
      get: async <Shape>(kind: string, name: string, namespace: string) =>
        JSON.parse(await kubectl('get', kind, name, '-n', namespace, '-o', 'json')) as Shape,
      ctr,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const byKubeconfig = new Set(['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'])
const flags = (settings: Record<string, string>): string[] => Object.entries(settings).map(([name, value]) => `--${name}=${value}`)

async function writeSettings(at: (name: string) => string, machine: Machine): Promise<void> {
  for (const name of ['hosts.d', 'cni', 'certificates']) mkdirSync(at(name))
  execFileSync('openssl', ['genrsa', '-out', at('accounts.key'), '2048'], { stdio: 'ignore' })
  const token = randomBytes(16).toString('hex')
  writeFileSync(at('tokens.csv'), `${token},admin,1,system:masters\n`, { mode: 0o600 })
  const named = (name: string, value: object) => [{ name, ...value }]
  const server = `https://${machine.inside}:6443`
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: named('test', { cluster: { server, 'insecure-skip-tls-verify': true } }),
    users: named('admin', { user: { token } }),
    contexts: named('test', { context: { cluster: 'test', user: 'admin' } }),
    'current-context': 'test',
  }
  writeFileSync(at('kubeconfig'), JSON.stringify(config), { mode: 0o600 })
  writeFileSync(at('containerd.toml'), containerdSettings(at))
  const network = {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'pods0',
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: { type: 'host-local', dataDir: at('addresses'), ranges: [[{ subnet: machine.pods }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  }
  writeFileSync(at('cni/10-pods.conflist'), JSON.stringify(network))
  const kubelet = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: machine.inside,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    containerRuntimeEndpoint: `unix://${at('containerd.sock')}`,
    clusterDNS: [machine.outside],
    clusterDomain: 'cluster.local',
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    // A pull that failed is tried again soon: tests wait for that.
    syncFrequency: '10s',
    serializeImagePulls: false,
  }
  writeFileSync(at('kubelet.yaml'), JSON.stringify(kubelet))
}

const containerdSettings = (at: (name: string) => string): string => `version = 2
root = "${at('containerd')}"
state = "${at('containerd-state')}"
[grpc]
address = "${at('containerd.sock')}"
[plugins."io.containerd.internal.v1.opt"]
path = "${at('opt')}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${pauseImage}"
disable_apparmor = true
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "overlayfs"
default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${at('cni')}"
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "${at('hosts.d')}"
`

const pauseImage = 'pause.test/pause:v1'

/** What holds a pod's namespaces: any program that waits. */
async function importPause(folder: string, ctr: Cluster['ctr']): Promise<void> {
  const layout = await makeLayout(folder, { command: ['/bin/busybox', 'sleep', '1000000000'] })
  const file = join(folder, 'pause.tar')
  await succeed('tar', ['-C', layout.directory, '-cf', file, '.'])
  await ctr('images', 'import', '--digests', '--base-name', pauseImage.split(':')[0] ?? '', file)
}

/** The groups of processes that the kubelet made have nobody in them any more. */
function removeGroups(): void {
  for (const group of globSync('/sys/fs/cgroup/*/k8s.io/*/').sort().reverse()) {
    try {
      rmdirSync(group)
    } catch {
      // Another node's on this machine.
    }
  }
}

export async function until(what: string, look: () => Promise<boolean>, log: () => string = () => '', seconds = 120): Promise<void> {
  for (const end = Date.now() + seconds * 1000; ; await pause(250)) {
    if (await look().catch(() => false)) return
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}\n${log().slice(-3000)}`)
  }
}
