import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { endsWithUs } from '../world/after-us.ts'
import { freePort } from '../world/free-port.ts'

export interface Pooler {
  /** As `host:port`. */
  readonly address: string
  stop(): void
}

export interface PoolerOptions {
  mode: 'session' | 'transaction' | 'statement'
  /** Of each database, to PostgreSQL. */
  connections: number
  /** Takes parameters of a session and forgets them, in place of refusing them. */
  forgets?: boolean
}

/** A pgbouncer of our own before a PostgreSQL. */
export async function startPooler(postgres: string, { mode, connections, forgets = false }: PoolerOptions): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-pooler-'))
  chmodSync(folder, 0o755)
  const port = await freePort()
  const [host, serverPort] = postgres.split(':')
  const config = join(folder, 'pgbouncer.ini')
  const users = join(folder, 'users')
  writeFileSync(users, '"postgres" ""\n')
  writeFileSync(
    config,
    `[databases]
* = host=${host} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = ${mode}
default_pool_size = ${connections}
max_client_conn = 500
${forgets ? 'ignore_startup_parameters = options\n' : ''}`,
  )
  // It refuses to run as root.
  const asRoot = process.getuid?.() === 0
  const [uid, gid] = asRoot ? ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))) : []
  const child = endsWithUs(
    spawn('/usr/sbin/pgbouncer', [config], {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(uid === undefined || gid === undefined ? {} : { uid, gid }),
    }),
  )
  let said = ''
  child.stderr?.on('data', (piece: Buffer) => (said += piece))
  while (child.exitCode === null && !(await answers(port))) await pause(20)
  if (child.exitCode !== null) throw new Error(`pgbouncer ended: ${said}`)
  return {
    address: `127.0.0.1:${port}`,
    stop: () => {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    },
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    socket.once('connect', () => socket.destroy())
  })
