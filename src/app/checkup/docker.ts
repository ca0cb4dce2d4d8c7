import { type Finding, found, type Patient } from '#core/checkup.ts'
import { proxiesOf, sparesHost } from '#core/no-proxy.ts'
import type { Machine } from '#ports/machine.ts'
import { controlHost, everyHost, isLoopback, registries, written } from './places.ts'
import { exceptions } from './proxies.ts'

/** Is docker there, new enough, and configured so that it comes to us by itself. */
export async function checkDocker(machine: Machine, patient: Patient): Promise<Finding[]> {
  if (!machine.has('docker')) return []
  return [
    ...(await checkEngine(machine, patient)),
    ...checkLogin(machine, patient),
    ...checkDaemonFile(machine, patient),
    ...checkUnit(machine, patient),
  ]
}

async function checkEngine(machine: Machine, patient: Patient): Promise<Finding[]> {
  const told = await machine.ask('docker', ['version', '--format', '{{.Server.Version}} {{.Server.Platform.Name}}'])
  const [version = '', ...platform] = told?.out.trim().split(' ') ?? []
  if (told?.code !== 0 && /permission denied/i.test(told?.problem ?? ''))
    return [found('docker-not-permitted', 'docker', {}, { cure: 'sudo usermod -aG docker "$USER"' })]
  if (told?.code !== 0 || version === '')
    return [found('docker-silent', 'docker', {}, machine.platform === 'linux' ? { cure: 'sudo systemctl restart docker' } : {})]
  const [major = 0, minor = 0] = version.split('.').map(Number)
  // Older ones do not speak TLS 1.2 as registries ask for it.
  const engine = found(major < 18 || (major === 18 && minor < 3) ? 'docker-old' : 'docker-ready', 'docker', { version })
  return platform.join(' ').startsWith('Docker Desktop') ? [engine, ...checkDesktop(patient)] : [engine]
}

/** Its engine runs in a machine of its own, whose loopback is not ours. */
function checkDesktop(patient: Patient): Finding[] {
  if (!isLoopback(controlHost(patient))) return []
  const host = written(patient, 'host.docker.internal')
  return [found('docker-desktop', 'docker', { host }, { cure: `docker login ${host}` })]
}

interface LoginFile {
  credsStore?: unknown
  credHelpers?: Readonly<Record<string, unknown>>
}

function checkLogin(machine: Machine, patient: Patient): Finding[] {
  const path = `${machine.env.DOCKER_CONFIG || `${machine.home}/.docker`}/config.json`
  const file = parsed<LoginFile>(machine, path)
  if (file === undefined) return []
  if (file === 'broken') return [found('docker-config-broken', path)]
  const named = [file.credsStore, ...registries(patient).map((host) => file.credHelpers?.[host])]
  const helpers = [...new Set(named.filter((each) => typeof each === 'string' && each !== ''))] as string[]
  return helpers
    .filter((helper) => !machine.has(`docker-credential-${helper}`))
    .map((helper) => found('docker-helper-missing', path, { helper: `docker-credential-${helper}` }))
}

interface DaemonFile {
  'insecure-registries'?: unknown
  proxies?: Readonly<Record<string, unknown>>
}

const daemonFile = '/etc/docker/daemon.json'

function checkDaemonFile(machine: Machine, patient: Patient): Finding[] {
  const file = parsed<DaemonFile>(machine, daemonFile)
  if (file === undefined) return []
  if (file === 'broken') return [found('docker-config-broken', daemonFile)]
  const findings: Finding[] = []
  const insecure = Array.isArray(file['insecure-registries']) ? (file['insecure-registries'] as unknown[]) : []
  for (const host of registries(patient)) if (insecure.includes(host)) findings.push(found('docker-insecure', daemonFile, { host }))
  const { proxies = {} } = file
  const text = (name: string) => (typeof proxies[name] === 'string' ? (proxies[name] as string) : '')
  if (text('http-proxy') || text('https-proxy')) findings.push(...proxied(patient, daemonFile, text('no-proxy')))
  return findings
}

const unitFolder = '/etc/systemd/system/docker.service.d'

/** The engine's own environment, where systemd starts it. */
function checkUnit(machine: Machine, patient: Patient): Finding[] {
  const files = machine.list(unitFolder).filter((name) => name.endsWith('.conf'))
  const lines = files.flatMap((name) => (machine.read(`${unitFolder}/${name}`) ?? '').split('\n'))
  const pairs = lines
    .filter((line) => /^\s*Environment=/.test(line))
    .flatMap((line) => [...line.replace(/^\s*Environment=/, '').matchAll(/"([^"=]+)=([^"]*)"|'([^'=]+)=([^']*)'|([^\s"'=]+)=(\S*)/g)])
    .map((match) => [match[1] ?? match[3] ?? match[5] ?? '', match[2] ?? match[4] ?? match[6] ?? ''] as const)
  const { proxies, spared } = proxiesOf(Object.fromEntries(pairs))
  return proxies.length === 0 ? [] : proxied(patient, unitFolder, spared)
}

function proxied(patient: Patient, path: string, spared: string): Finding[] {
  const taken = everyHost(patient).filter((host) => !sparesHost(spared, host))
  if (taken.length === 0) return []
  return [found('docker-proxied', path, { hosts: taken.slice(0, 5).join(', '), list: exceptions(patient, spared) })]
}

function parsed<Shape>(machine: Machine, path: string): Shape | 'broken' | undefined {
  const text = machine.read(path)
  if (text === undefined || text.trim() === '') return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Shape) : 'broken'
  } catch {
    return 'broken'
  }
}
