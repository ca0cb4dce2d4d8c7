import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { freePort } from '../world/free-port.ts'

/** A PostgreSQL of our own on loopback, for as long as the tests run. */
export interface PostgresServer {
  /** A new, empty database. */
  database(): Promise<string>
  /** A new database with all that another one has; nobody may be connected to that one. */
  copyOf(url: string): Promise<string>
  drop(url: string): Promise<void>
  stop(): void
}

/** Debian keeps each version's programs apart. */
function programs(): string {
  const root = '/usr/lib/postgresql'
  const newest = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a))[0] : undefined
  if (newest === undefined) throw new Error('PostgreSQL is not installed: npm run test:stores installs it (Debian, as root)')
  return join(root, newest, 'bin')
}

/** However this process ends, killed too: then the pipe is closed, and what it began ends after it. */
function endsWithUs(words: readonly string[], uid: number | undefined, gid: number | undefined): { kill(): void } {
  const script = 'cat > /dev/null; "$0" -D "$1" -s -m immediate stop; rm -rf "$2"'
  const watcher = spawn('/bin/sh', ['-c', script, ...words], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A Ctrl-C is for those who wait for it.
    detached: true,
    ...(uid === undefined || gid === undefined ? {} : { uid, gid }),
  })
  watcher.unref()
  ;(watcher.stdin as Socket).unref()
  return { kill: () => void watcher.kill() }
}

/**
 * @param durable whether commits wait for the disk; a contract is about rows, a fault or a figure is about disks
 */
export async function startPostgres({ durable = false }: { durable?: boolean } = {}): Promise<PostgresServer> {
  const bin = programs()
  const folder = mkdtempSync(join(tmpdir(), 'longshore-postgres-'))
  // It refuses to run as root; then its own user runs it.
  const asRoot = process.getuid?.() === 0
  const [uid, gid] = asRoot ? ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))) : []
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
  const run = (program: string, args: readonly string[]) => {
    const done = spawnSync(join(bin, program), args, { encoding: 'utf8', cwd: folder, ...(uid === undefined ? {} : { uid, gid }) })
    if (done.status !== 0) throw new Error(`${program} ended with ${done.status}: ${done.stderr || done.stdout}`)
  }
  const data = join(folder, 'data')
  const port = await freePort()
  run('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'])
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200${durable ? '' : ' -c fsync=off'}`
  run('pg_ctl', ['-D', data, '-w', '-s', '-o', settings, '-l', join(folder, 'log'), 'start'])
  const watcher = endsWithUs([join(bin, 'pg_ctl'), data, folder], uid, gid)
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  // Tests at once ask for databases; one is made after the other.
  const admin = new Pool({ connectionString: url('postgres'), max: 1 })
  admin.on('error', () => {})
  let databases = 0
  const nameOf = (of: string) => new URL(of).pathname.slice(1)
  const make = async (template: string) => {
    const name = `t${++databases}`
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
    return url(name)
  }
  return {
    database: () => make('template0'),
    copyOf: (of) => make(nameOf(of)),
    drop: async (of) => {
      await admin.query(`DROP DATABASE ${nameOf(of)} WITH (FORCE)`)
    },
    stop: () => {
      watcher.kill()
      void admin.end()
      run('pg_ctl', ['-D', data, '-w', '-s', '-m', 'immediate', 'stop'])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
