import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { afterUs } from '../world/after-us.ts'
import { freePort } from '../world/free-port.ts'

/** A PostgreSQL of our own on loopback, for as long as the tests run. */
export interface PostgresServer {
  /** A new, empty database. */
  database(): Promise<string>
  /** A new database with all that another one has; nobody may be connected to that one. */
  copyOf(url: string): Promise<string>
  drop(url: string): Promise<void>
  /** As `host:port`. */
  readonly address: string
  /** Its data folder. */
  readonly data: string
  /** Ends it as an operator would, as one in a hurry, or as a machine that is lost does. */
  end(how: Ending): void
  /** After an end. */
  begin(): void
  /** What a standby becomes. */
  promote(): void
  stop(): void
}

export type Ending = 'fast' | 'immediate' | 'killed'

export interface PostgresOptions {
  /** Whether commits wait for the disk; a contract is about rows, a fault or a figure is about disks. */
  durable?: boolean
  /** As after `-c`. */
  settings?: readonly string[]
  variables?: Readonly<Record<string, string>>
  /** Besides loopback, for machines of a test's own networks. */
  everywhere?: boolean
  /** Of everybody but its own user `postgres`. */
  asksForPasswords?: boolean
  /** PEM files. */
  certificate?: { cert: string; key: string }
  /** Whose standby it is, by a copy of it and its log. */
  standbyOf?: PostgresServer
  /** The data folder of one that ended in order; it begins as a copy of that. */
  from?: string
}

/** Debian keeps each version's programs apart. */
export function programs(): string {
  const root = '/usr/lib/postgresql'
  const newest = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a))[0] : undefined
  if (newest === undefined) throw new Error('PostgreSQL is not installed: npm run test:stores installs it (Debian, as root)')
  return join(root, newest, 'bin')
}

/** Where one of them is, as `psql`. */
export const postgresProgram = (name: string): string => join(programs(), name)

/** One that ended stays in the table of processes until somebody asks how. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

export async function startPostgres({
  durable = false,
  settings = [],
  everywhere = false,
  variables = {},
  asksForPasswords = false,
  certificate,
  standbyOf,
  from,
}: PostgresOptions = {}): Promise<PostgresServer> {
  const bin = programs()
  const folder = mkdtempSync(join(tmpdir(), 'longshore-postgres-'))
  // It refuses to run as root; then its own user runs it.
  const asRoot = process.getuid?.() === 0
  const [uid, gid] = asRoot ? ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))) : []
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
  const run = (program: string, args: readonly string[]) => {
    const done = spawnSync(join(bin, program), args, {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, ...variables },
      ...(uid === undefined ? {} : { uid, gid }),
    })
    if (done.status !== 0) throw new Error(`${program} ended with ${done.status}: ${done.stderr || done.stdout}`)
  }
  const data = join(folder, 'data')
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  if (standbyOf) {
    const source = `postgres://postgres@${standbyOf.address}/postgres?application_name=standby`
    run('pg_basebackup', ['-D', data, '-d', source, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'])
  } else if (from !== undefined) execFileSync('cp', ['-a', '--reflink=auto', from, data])
  else run('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'])
  if (everywhere) appendFileSync(join(data, 'pg_hba.conf'), 'host all all 10.0.0.0/8 trust\n')
  if (asksForPasswords)
    writeFileSync(join(data, 'pg_hba.conf'), 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n')
  for (const [name, from] of Object.entries(certificate ?? {})) {
    const file = join(data, `server.${name}`)
    writeFileSync(file, readFileSync(from), { mode: 0o600 })
    if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid)
  }
  const all = [
    ...(certificate ? ['ssl=on', 'ssl_cert_file=server.cert', 'ssl_key_file=server.key'] : []),
    `listen_addresses=${everywhere ? '*' : '127.0.0.1'}`,
    'unix_socket_directories=',
    'max_connections=200',
    ...(durable ? [] : ['fsync=off']),
    ...settings,
  ]
  const words = `-p ${port} ${all.map((setting) => `-c ${setting}`).join(' ')}`
  const begin = () => run('pg_ctl', ['-D', data, '-w', '-s', '-o', words, '-l', join(folder, 'log'), 'start'])
  const end = (how: Ending) => {
    if (how !== 'killed') return run('pg_ctl', ['-D', data, '-w', '-s', '-m', how, 'stop'])
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    // Its children would end when they see that it is gone; begun anew before that, it refuses.
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
    for (const each of [pid, ...children]) process.kill(each, 'SIGKILL')
    while ([pid, ...children].some(isAlive)) spawnSync('sleep', ['0.01'])
    rmSync(join(data, 'postmaster.pid'))
  }
  begin()
  const watcher = afterUs('"$0" -D "$1" -s -m immediate stop; rm -rf "$2"', [join(bin, 'pg_ctl'), data, folder], { uid, gid })
  const url = (database: string) => `postgres://postgres@${address}/${database}`
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
    address,
    data,
    begin,
    end,
    promote: () => run('pg_ctl', ['-D', data, '-w', '-s', 'promote']),
    database: () => make('template0'),
    copyOf: (of) => make(nameOf(of)),
    drop: async (of) => {
      await admin.query(`DROP DATABASE ${nameOf(of)} WITH (FORCE)`)
    },
    stop: () => {
      watcher.forget()
      void admin.end()
      // It may have been ended by its test.
      spawnSync(join(bin, 'pg_ctl'), ['-D', data, '-w', '-s', '-m', 'immediate', 'stop'], uid === undefined ? {} : { uid, gid })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
