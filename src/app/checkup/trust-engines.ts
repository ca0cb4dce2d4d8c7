import { type Finding, found, type Patient } from '#core/checkup.ts'
import type { Machine } from '#ports/machine.ts'
import { everyHost, isLoopback, written } from './places.ts'
import { shellWord } from '#core/shell-word.ts'
import { type Authority, holds } from './authority.ts'

const mostNamed = 20

/** Docker, podman with its family, and containerd each have a folder of their own for whom to trust. */
export async function checkEngineTrust(machine: Machine, patient: Patient, authority: Authority, bySystem: boolean): Promise<Finding[]> {
  const hosts = everyHost(patient).slice(0, mostNamed)
  return [
    ...(await checkDocker(machine, patient, authority, { hosts, bySystem })),
    ...checkPodman(machine, patient, authority, { hosts, bySystem }),
    ...checkContainerd(machine, patient, authority, { hosts, bySystem }),
  ]
}

interface Asked {
  hosts: readonly string[]
  bySystem: boolean
}

/** Docker does not look at certificates of what it finds on a loopback address. */
async function checkDocker(machine: Machine, patient: Patient, authority: Authority, { hosts, bySystem }: Asked): Promise<Finding[]> {
  if (!machine.has('docker')) return []
  const addresses = await Promise.all(hosts.map(async (host) => (await machine.addresses(host)).map(({ address }) => address)))
  const far = hosts.filter((host, index) => !isLoopback(host) && !(addresses[index] ?? []).every(isLoopback))
  if (far.length === 0) return [found('trust-docker-loopback', 'docker')]
  const place = (host: string) => `/etc/docker/certs.d/${written(patient, host)}/ca.crt`
  const missing = bySystem ? [] : far.filter((host) => !holds(machine, place(host), authority))
  if (missing.length === 0) return [found('trust-docker', 'docker')]
  return missing.map((host) => found('trust-docker-missing', written(patient, host), {}, copying(machine, authority, place(host))))
}

function checkPodman(machine: Machine, patient: Patient, authority: Authority, { hosts, bySystem }: Asked): Finding[] {
  const tool = ['podman', 'skopeo', 'buildah'].find((each) => machine.has(each))
  if (tool === undefined) return []
  const own = machine.isRoot ? '/etc/containers/certs.d' : `${machine.env.XDG_CONFIG_HOME || `${machine.home}/.config`}/containers/certs.d`
  const folders = [own, '/etc/containers/certs.d', '/etc/docker/certs.d']
  const trusts = (host: string) =>
    bySystem ||
    holds(machine, machine.env.SSL_CERT_FILE, authority) ||
    folders.some((folder) =>
      machine
        .list(`${folder}/${written(patient, host)}`)
        .some((name) => name.endsWith('.crt') && holds(machine, `${folder}/${written(patient, host)}/${name}`, authority)),
    )
  const missing = hosts.filter((host) => !trusts(host))
  if (missing.length === 0) return [found('trust-podman', tool)]
  return missing.map((host) =>
    found('trust-podman-missing', written(patient, host), { tool }, copying(machine, authority, `${own}/${written(patient, host)}/ca.crt`)),
  )
}

/** Only where its configuration reads folders of registries at all. */
function checkContainerd(machine: Machine, patient: Patient, authority: Authority, { hosts, bySystem }: Asked): Finding[] {
  const [, folder = ''] = /^\s*config_path\s*=\s*["']([^"']+)["']/m.exec(machine.read('/etc/containerd/config.toml') ?? '') ?? []
  const first = folder.split(':')[0]
  if (!first) return []
  const trusts = (host: string) => {
    const own = `${first}/${written(patient, host)}`
    return bySystem || authoritiesIn(machine.read(`${own}/hosts.toml`), own).some((path) => holds(machine, path, authority))
  }
  const missing = hosts.filter((host) => !trusts(host))
  if (missing.length === 0) return [found('trust-containerd', first)]
  return missing.map((host) => {
    const name = written(patient, host)
    const text = `server = "https://${name}"\\n[host."https://${name}"]\\n  ca = "${authority.path}"\\n`
    const file = shellWord(`${first}/${name}/hosts.toml`)
    return found(
      'trust-containerd-missing',
      name,
      {},
      { cure: `sudo mkdir -p ${shellWord(`${first}/${name}`)} && printf '${text}' | sudo tee ${file}` },
    )
  })
}

/** The files that a hosts.toml names: `ca = "path"` or `ca = ["path", …]`, from its own folder where they do not begin at the root. */
function authoritiesIn(text: string | undefined, folder: string): string[] {
  const values = [...(text ?? '').matchAll(/^\s*ca\s*=\s*(\[[^\]]*\]|["'][^"'\n]*["'])/gm)].map(([, value = '']) => value)
  const paths = values.flatMap((value) => [...value.matchAll(/["']([^"'\n]+)["']/g)].map(([, path = '']) => path))
  return paths.map((path) => (path.startsWith('/') ? path : `${folder}/${path}`))
}

function copying(machine: Machine, { path }: Authority, to: string): Pick<Finding, 'cure' | 'repair'> {
  const sudo = to.startsWith('/etc/') && !machine.isRoot ? 'sudo ' : ''
  return { cure: `${sudo}install -D -m 644 ${shellWord(path)} ${shellWord(to)}`, repair: { kind: 'copy', from: path, to } }
}
