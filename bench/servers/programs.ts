import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { run, which } from '../processes.ts'
import type { ServerName } from './server.ts'

const distributionModule = 'github.com/distribution/distribution/v3/cmd/registry@v3.1.2'

export interface Programs {
  /** What can be started: a path for each server that is here. Longshore is this checkout. */
  servers: Map<ServerName, string>
  wrk: string | undefined
  curl: string | undefined
  zb: string | undefined
  versions: Record<string, string>
  /** One line for each thing that is not here, and why. */
  missing: string[]
}

/** Finds or installs what the chosen servers need: Debian packages by apt-get, distribution by Go, zot only if found. */
export async function findPrograms(wanted: readonly ServerName[]): Promise<Programs> {
  const programs: Programs = { servers: new Map(), wrk: undefined, curl: undefined, zb: undefined, versions: {}, missing: [] }
  const { servers, missing, versions } = programs
  versions.node = process.version

  if (wanted.includes('longshore')) servers.set('longshore', 'this checkout')
  const zot = which('zot')
  for (const name of ['zot', 'zot-commit'] as const) {
    if (wanted.includes(name) && zot !== undefined) servers.set(name, zot)
  }
  if (zot === undefined && (wanted.includes('zot') || wanted.includes('zot-commit'))) {
    missing.push('zot: none on PATH, so it is not compared (no package of it exists; build one and put it on PATH)')
  }
  if (wanted.includes('distribution')) {
    const program = await distribution(missing)
    if (program !== undefined) servers.set('distribution', program)
  }
  for (const name of ['docker-registry', 'nginx', 'longshore-nginx'] as const) {
    if (!wanted.includes(name)) continue
    const program = name === 'docker-registry' ? await debian(name, name, missing) : await debian('nginx', 'nginx-light', missing)
    if (program !== undefined) servers.set(name, program)
  }
  programs.wrk = await debian('wrk', 'wrk', missing)
  programs.curl = await debian('curl', 'curl', missing)
  programs.zb = which('zb')
  if (programs.zb === undefined) missing.push('zb: none on PATH, so the item "zb" is left out')

  for (const [name, program] of servers) {
    const version = await versionOf(name, program)
    if (version !== undefined) versions[name] = version
  }
  return programs
}

async function debian(program: string, packageName: string, missing: string[]): Promise<string | undefined> {
  const sbin = ['/usr/sbin', '/sbin']
  const found = which(program, sbin)
  if (found !== undefined) return found
  const aptGet = which('apt-get')
  if (aptGet === undefined || process.getuid?.() !== 0) {
    missing.push(`${program}: not here; apt-get install ${packageName} (this process may not)`)
    return undefined
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await run(aptGet, ['install', '-y', '--no-install-recommends', packageName], { env })
  } catch {
    try {
      await run(aptGet, ['update'], { env })
      await run(aptGet, ['install', '-y', '--no-install-recommends', packageName], { env })
    } catch (error) {
      missing.push(`${program}: apt-get could not install ${packageName}: ${firstLine(error)}`)
    }
  }
  return which(program, sbin)
}

async function distribution(missing: string[]): Promise<string | undefined> {
  const folder = process.env.LONGSHORE_TOOLS_DIR ?? join(homedir(), '.cache', 'longshore-tools')
  const kept = which('registry', [folder])
  if (kept?.startsWith(folder) === true) return kept
  const go = which('go', ['/usr/local/go/bin', '/usr/lib/go/bin'])
  if (go === undefined) {
    missing.push('distribution: needs Go to build it, and there is none')
    return undefined
  }
  mkdirSync(folder, { recursive: true })
  console.error(`building ${distributionModule} (once; kept in ${folder})`)
  try {
    await run(go, ['install', '-ldflags=-s -w', distributionModule], { env: { ...process.env, GOBIN: folder } })
  } catch (error) {
    missing.push(`distribution: go install failed: ${firstLine(error)}`)
    return undefined
  }
  return join(folder, 'registry')
}

async function versionOf(name: ServerName, program: string): Promise<string | undefined> {
  if (name === 'longshore' || name === 'longshore-nginx') return undefined
  try {
    if (name === 'nginx') return (await run(program, ['-v'])).stderr.trim()
    const { stdout } = await run(program, ['--version'])
    return name.startsWith('zot') ? (/"commit":"([^"]+)"/.exec(stdout)?.[1] ?? 'a build without a version') : stdout.trim()
  } catch {
    return undefined
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? ''
}
