// Brings the foreign clients that test/clients runs: Debian packages, Go tools pinned by test/clients/go/<module>/go.sum,
// Python's pinned by a requirements.txt, and npm's pinned by a package-lock.json.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Debian package → a command line that only works when the package is there. */
export const debianTools = {
  skopeo: ['skopeo', '--version'],
  buildah: ['buildah', '--version'],
  podman: ['podman', '--version'],
  umoci: ['umoci', '--version'],
  runc: ['runc', '--version'],
  'docker.io': ['/usr/bin/docker', '--version'],
  containerd: ['ctr', '--version'],
  'busybox-static': ['busybox', 'true'],
  uidmap: ['which', 'newuidmap'],
  iptables: ['iptables', '--version'],
  'docker-registry': ['docker-registry', '--version'],
  'nginx-light': ['nginx', '-v'],
  'ca-certificates': ['update-ca-certificates', '--help'],
  'azure-cli': ['test', '-x', '/usr/bin/az'],
} satisfies Record<string, string[]>

/** Module under test/clients/go → the binaries it makes, each with arguments that only print. */
export const goTools = {
  crane: { crane: ['version'] },
  regctl: { regctl: ['version'] },
  'oras-probe': { 'oras-probe': ['-h'] },
  distribution: { registry: ['--version'] },
  buildkit: { buildkitd: ['--version'], buildctl: ['--version'] },
  helm: { helm: ['version'] },
  cosign: { cosign: ['version'] },
} satisfies Record<string, Record<string, string[]>>

/** The same for a real node of Kubernetes, which takes minutes to build: npm run test:kubernetes alone wants it. */
const nodeOfKubernetes = {
  kubernetes: {
    'kube-apiserver': ['--version'],
    'kube-controller-manager': ['--version'],
    'kube-proxy': ['--version'],
    'kube-scheduler': ['--version'],
    kubectl: ['version', '--client'],
    kubelet: ['--version'],
  },
} satisfies Record<string, Record<string, string[]>>

const allOfGo = { ...goTools, ...nodeOfKubernetes }
export type GoModule = keyof typeof allOfGo

/** Virtual environment of Python → the folder of its requirements.txt, and a line that only works when all of it is there. */
export const pythonTools = {
  az: { folder: 'az', proof: 'import azure.cli.core, azure.cli.command_modules.acr' },
  'sdk-python': { folder: 'sdk', proof: 'import azure.identity, azure.mgmt.containerregistry, azure.containerregistry' },
} satisfies Record<string, { folder: string; proof: string }>

export type PythonTool = keyof typeof pythonTools

/** Project of npm → the folder of its package.json and package-lock.json, and what only loads when all of it is there. */
export const nodeTools = {
  'sdk-js': { folder: 'sdk/js', proof: ['@azure/identity', '@azure/arm-containerregistry', '@azure/container-registry'] },
  // Of the stores' tests (test-stores.ts).
  azurite: { folder: '../stores/azurite', proof: ['azurite/package.json'] },
} satisfies Record<string, { folder: string; proof: string[] }>

export type NodeTool = keyof typeof nodeTools

const clients = fileURLToPath(new URL('../test/clients/', import.meta.url))
const sources = join(clients, 'go')
/** Outside of the checkout: what was built once serves every clone. */
export const toolsFolder =
  process.env.LONGSHORE_TOOLS_DIR || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'longshore-tools')

/** Where a module's binaries are kept: the name changes with everything the build depends on, so a hit needs no check. */
export function goToolFolder(module: GoModule): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(join(sources, module)).sort()) {
    if (file !== 'go.mod' && file !== 'go.sum' && !file.endsWith('.go')) continue
    hash.update(`${file}\0`).update(readFileSync(join(sources, module, file)))
  }
  return join(toolsFolder, `${module}-${hash.digest('hex').slice(0, 16)}`)
}

/** The Python of an environment; what it runs is `-m <module>`, since the scripts of an environment do not survive a move. */
export const pythonOf = (tool: PythonTool): string => join(pythonFolder(tool), 'bin', 'python')

export const azPython = (): string => pythonOf('az')

const requirementsOf = (tool: PythonTool): string => join(clients, pythonTools[tool].folder, 'requirements.txt')
const pythonFolder = (tool: PythonTool): string => join(toolsFolder, `${tool}-${hashOf([requirementsOf(tool)])}`)

const lockedBy = ['package.json', 'package-lock.json'] as const
const nodeFolder = (tool: NodeTool): string =>
  join(toolsFolder, `${tool}-${hashOf(lockedBy.map((name) => join(clients, nodeTools[tool].folder, name)))}`)

/** The packages of a project, for a program to have beside it. */
export const nodeModulesOf = (tool: NodeTool): string => join(nodeFolder(tool), 'node_modules')

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}

/** Installs what is missing. Answers one line per failure; what failed does not keep the rest from being installed. */
export async function installClients(say: (line: string) => void = console.log): Promise<string[]> {
  const failures: string[] = []
  const attempt = async (name: string, install: () => Promise<'installed' | 'was there'>) => {
    const started = performance.now()
    try {
      const done = await thrice(install, (error) => say(`${name}: ${error}; once more`))
      if (done === 'installed') say(`${name}: installed in ${((performance.now() - started) / 1000).toFixed(0)} s`)
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`)
    }
  }
  await attempt('Debian packages', () => installPackages(Object.keys(debianTools)))
  for (const module of Object.keys(goTools) as GoModule[]) await attempt(`Go module ${module}`, () => buildGoModule(module))
  for (const tool of Object.keys(pythonTools) as PythonTool[]) await attempt(tool, () => installPython(tool))
  await attempt('sdk-js', () => installNode('sdk-js'))
  return failures
}

async function missingPackages(names: readonly string[]): Promise<string[]> {
  // dpkg-query fails when it has never heard of one of the names; the others are still printed.
  const { stdout } = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names])
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  )
  return names.filter((name) => !installed.has(name))
}

/** Installs those that are missing. */
export async function installPackages(names: readonly string[]): Promise<'installed' | 'was there'> {
  const missing = await missingPackages(names)
  if (missing.length === 0) return 'was there'
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // A package that makes a user writes /etc/passwd anew: whoever keeps files to himself would keep that, too.
  const apt = (...args: string[]) => must('/bin/sh', ['-c', 'umask 022; exec apt-get "$@"', 'apt-get', ...args], { env })
  await apt('update')
  await apt('install', '--yes', '--no-install-recommends', ...missing)
  return 'installed'
}

export async function buildGoModule(module: GoModule): Promise<'installed' | 'was there'> {
  const target = goToolFolder(module)
  if (Object.keys(allOfGo[module]).every((binary) => existsSync(join(target, binary)))) return 'was there'
  const own = existsSync(join(sources, module, 'main.go'))
  return fill(target, (fresh) =>
    must('go', ['build', '-mod=readonly', `-ldflags=-s -w ${stamps(module)}`, '-o', `${fresh}/`, own ? '.' : 'tool'], {
      cwd: join(sources, module),
      env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-trimpath -buildvcs=false', GOWORK: 'off', CGO_ENABLED: '0' },
    }),
  )
}

/** Kubernetes' programs are told their version when they are built, and clients compare it. */
function stamps(module: GoModule): string {
  if (module !== 'kubernetes') return ''
  const [, version = '', major = '', minor = ''] =
    /k8s\.io\/kubernetes (v(\d+)\.(\d+)\S*)/.exec(readFileSync(join(sources, module, 'go.mod'), 'utf8')) ?? []
  const told = { gitVersion: version, gitMajor: major, gitMinor: minor }
  return Object.entries(told)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ')
}

async function installPython(tool: PythonTool) {
  if (existsSync(pythonOf(tool))) return 'was there'
  return fill(pythonFolder(tool), async (fresh) => {
    await must('python3', ['-m', 'venv', fresh], {})
    // Named one by one: az's own list brings the modules of every service of Azure, twice the time and space.
    const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', requirementsOf(tool)]
    await must(join(fresh, 'bin', 'python'), install, {})
  })
}

export async function installNode(tool: NodeTool): Promise<'installed' | 'was there'> {
  if (existsSync(nodeModulesOf(tool))) return 'was there'
  return fill(nodeFolder(tool), async (fresh) => {
    for (const name of lockedBy) copyFileSync(join(clients, nodeTools[tool].folder, name), join(fresh, name))
    await must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: fresh })
  })
}

/** A folder is there whole or not at all. */
async function fill(target: string, install: (fresh: string) => Promise<void>): Promise<'installed'> {
  mkdirSync(toolsFolder, { recursive: true })
  const fresh = mkdtempSync(join(toolsFolder, '.new-'))
  try {
    await install(fresh)
    rmSync(target, { recursive: true, force: true })
    renameSync(fresh, target)
    return 'installed'
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

async function thrice<T>(work: () => Promise<T>, failed: (message: string) => void): Promise<T> {
  for (const seconds of [5, 20]) {
    try {
      return await work()
    } catch (error) {
      failed(messageOf(error))
      await pause(seconds * 1000)
    }
  }
  return await work()
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

type Options = { cwd?: string; env?: NodeJS.ProcessEnv }

async function must(command: string, args: string[], options: Options): Promise<void> {
  const { code, stdout, stderr } = await run(command, args, options)
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${(stderr || stdout).trim().split('\n').slice(-20).join('\n')}`)
}

function run(command: string, args: string[], options: Options = {}): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

if (import.meta.main) {
  const failures = await installClients()
  for (const failure of failures) console.error(failure)
  process.exitCode = failures.length > 0 ? 1 : 0
}
