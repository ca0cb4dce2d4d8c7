import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type PostgresServer, postgresProgram, startPostgres } from '../../test/stores/postgres-server.ts'
import { run } from '../processes.ts'
import { postgresSink, type Sink, sqliteSink } from './sinks.ts'

export const databases = { sqlite: 'SQLite', postgres: 'PostgreSQL' } as const
export type Database = keyof typeof databases

/** Where a generated registry lies: `folder` has the server's data folder, and the database is there or beside it. */
export interface Ground {
  folder: string
  environment: Record<string, string>
  sink(): Sink | Promise<Sink>
  bytes(): number | Promise<number>
  /** Copies the database to where `from` finds it; nobody uses it any more. */
  keep(kept: string): void
  stop(): void
}

/** A copy of a folder, which shares its blocks where the file system can. */
const copy = (from: string, to: string) => void execFileSync('cp', ['-a', '--reflink=auto', from, to])

/** @param kept what `keep` was given, where it was: then the database is a copy of that one */
export const grounds: Record<Database, (folder: string, kept: string | undefined) => Promise<Ground>> = {
  sqlite: async (folder, kept) => {
    if (kept !== undefined) copy(join(kept, 'data'), folder)
    const path = join(folder, 'data', 'longshore.db')
    const bytes = () => statSync(path).size
    return { folder, environment: {}, sink: () => sqliteSink(path), bytes, keep: (to) => keepFolder(folder, to), stop: () => {} }
  },
  postgres: async (folder, kept) => {
    if (kept !== undefined) copy(join(kept, 'data'), folder)
    const server: PostgresServer = await startPostgres({
      durable: true,
      settings: ['shared_buffers=1GB', 'max_wal_size=8GB', 'checkpoint_timeout=15min'],
      ...(kept === undefined ? {} : { from: join(kept, 'postgres') }),
    })
    // Of all databases the one that a copy has under the same name.
    const url = `postgres://postgres@${server.address}/postgres`
    const bytes = async () => {
      const question = 'SELECT pg_database_size(current_database())'
      return Number((await run(postgresProgram('psql'), ['-X', '-A', '-t', '-d', url, '-c', question])).stdout)
    }
    const keep = (to: string) =>
      keepFolder(folder, to, (under) => {
        server.end('fast')
        copy(server.data, join(under, 'postgres'))
      })
    return {
      folder,
      environment: { LONGSHORE_STORE: url },
      sink: () => postgresSink(url, postgresProgram('psql')),
      bytes,
      keep,
      stop: server.stop,
    }
  },
}

/** All of it or nothing: a folder that is there was copied to its end. */
function keepFolder(folder: string, to: string, more: (under: string) => void = () => {}): void {
  const under = `${to}.part`
  rmSync(under, { recursive: true, force: true })
  mkdirSync(under, { recursive: true })
  copy(join(folder, 'data'), join(under, 'data'))
  more(under)
  execFileSync('mv', [under, to])
}

export const isKept = (kept: string): boolean => existsSync(kept)
