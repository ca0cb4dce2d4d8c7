// Runs OCI's own conformance suite against a fresh Longshore: `npm run conformance`; with `-- --servers` against three of them that share a
// PostgreSQL and a bucket, each request at the next one.
import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Target } from '../world/send.ts'
import { Server } from '../world/server.ts'
import { startRoundRobin } from './round-robin.ts'

const program = 'oci-conformance'

const switches = [
  'PULL',
  'PUSH',
  'REFERRER',
  'BLOBS_ATOMIC',
  'BLOBS_DELETE',
  'BLOBS_DIGEST_HEADER',
  'BLOBS_MOUNT_ANONYMOUS',
  'BLOBS_UPLOAD_CANCEL',
  'MANIFESTS_ATOMIC',
  'MANIFESTS_DELETE',
  'MANIFESTS_DIGEST_HEADER',
  'MANIFESTS_TAG_PARAM',
  'TAGS_ATOMIC',
  'TAGS_DELETE',
  'TAGS_LIST',
].map((name) => `OCI_API_${name}`)
const contents = [
  'IMAGE',
  'INDEX',
  'INDEX_LIST',
  'SPARSE',
  'ARTIFACT',
  'SUBJECT',
  'SUBJECT_MISSING',
  'ARTIFACT_LIST',
  'SUBJECT_LIST',
  'DATA_FIELD',
  'NONDISTRIBUTABLE',
  'CUSTOM_FIELDS',
  'NO_LAYERS',
  'EMPTY_BLOB',
  'SHA512',
].map((name) => `OCI_DATA_${name}`)
const everything = Object.fromEntries([...switches, ...contents].map((name) => [name, 'true']))

/** What must be zero, as the suite's summary names it. */
const runs = [
  { version: '1.1', environment: {}, zero: ['Skip', 'FAIL', 'Error'] },
  { version: 'dev', environment: everything, zero: ['Disabled', 'Skip', 'FAIL', 'Error'] },
] as const

function onPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** The figures under "OCI Conformance Result": name → count. */
function countsOf(output: string): Map<string, number> {
  const counts = new Map<string, number>()
  const summary = output.slice(output.lastIndexOf('OCI Conformance Result'))
  for (const match of summary.matchAll(/^\s+([A-Za-z]+)\.+:\s+(\d+)$/gm)) counts.set(match[1] ?? '', Number(match[2]))
  return counts
}

function run(environment: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const child = spawn(program, [], { env: { PATH: process.env.PATH ?? '', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += piece.toString()))
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}

async function check({ version, environment, zero }: (typeof runs)[number]): Promise<boolean> {
  const { server, stop } = await started()
  const results = mkdtempSync(join(tmpdir(), 'longshore-conformance-'))
  try {
    const output = await run({
      OCI_REGISTRY: `${server.address.host}:${server.address.port}`,
      OCI_TLS: 'disabled',
      OCI_REPO1: 'conformance/repo1',
      OCI_REPO2: 'conformance/repo2',
      OCI_USERNAME: server.user,
      OCI_PASSWORD: server.password,
      OCI_RESULTS_DIR: results,
      OCI_VERSION: version,
      ...environment,
    })
    const counts = countsOf(output)
    console.log(
      `OCI_VERSION=${version}: ${[...counts].map(([name, count]) => `${count} ${name.toLowerCase()}`).join(', ') || 'no summary'}`,
    )
    const passed = (counts.get('Pass') ?? 0) > 0 && zero.every((name) => counts.get(name) === 0)
    if (!passed)
      console.log(
        output
          .split('\n')
          .filter((line) => counts.size === 0 || /: (?:Skip|FAIL|Error|Disabled)$/.test(line))
          .join('\n'),
      )
    return passed
  } finally {
    rmSync(results, { recursive: true, force: true })
    await stop()
  }
}

async function started(): Promise<{ server: Pick<Target, 'address' | 'user' | 'password'>; stop: () => Promise<void> }> {
  if (process.argv.includes('--servers')) {
    const { front, stop } = await startRoundRobin()
    return { server: front, stop }
  }
  const server = await Server.start()
  return { server, stop: () => server.stop() }
}

if (onPath(program)) for (const each of runs) process.exitCode = (await check(each)) ? process.exitCode : 1
else {
  console.error(`${program} is not on the PATH: build it from github.com/opencontainers/distribution-spec (conformance) and try again`)
  process.exitCode = 1
}
