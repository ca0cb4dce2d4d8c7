import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Client } from 'pg'
import { type AddRow, columns, type Table, type Value } from './plan.ts'

/** A database that is filled past its server, which must not run. */
export interface Sink {
  add: AddRow
  /** One row, as JavaScript has it. */
  ask(sql: string): Promise<Record<string, unknown> | undefined>
  /** When all rows are there, with one statement more. */
  finish(sql: string): Promise<void>
}

const tables = Object.keys(columns) as Table[]
const rowsAtOnce = 200_000

/** Indexes that no constraint needs are made anew when all rows are there. */
export function sqliteSink(path: string): Sink {
  const database = new DatabaseSync(path)
  database.exec(
    'PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -2000000',
  )
  const indexes = database
    .prepare(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (${tables.map((each) => `'${each}'`).join()})`,
    )
    .all() as { name: string; sql: string }[]
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`)
  const statements = new Map<Table, StatementSync>()
  for (const table of tables) {
    const named: readonly string[] = columns[table]
    statements.set(table, database.prepare(`INSERT INTO ${table} (${named.join()}) VALUES (${named.map(() => '?').join()})`))
  }
  let rows = 0
  database.exec('BEGIN')
  return {
    add: (table, row) => {
      statements.get(table)?.run(...row)
      if (++rows % rowsAtOnce === 0) database.exec('COMMIT; BEGIN')
      return undefined
    },
    ask: async (sql) => database.prepare(sql).get(),
    finish: async (sql) => {
      database.exec('COMMIT')
      database.exec(sql)
      for (const index of indexes) database.exec(index.sql)
      database.exec('ANALYZE; PRAGMA journal_mode = WAL')
      database.close()
    },
  }
}

const bufferedText = 1 << 18

/** A COPY for each table, by PostgreSQL's own client. */
export async function postgresSink(url: string, psql: string): Promise<Sink> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const found = await client.query<{ name: string; sql: string }>(
    `SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY($1)
       AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)`,
    [tables],
  )
  for (const { name } of found.rows) await client.query(`DROP INDEX ${name}`)
  const copies = new Map(tables.map((table) => [table, new Copy(psql, url, table)]))
  return {
    add: (table, row) => copies.get(table)?.add(row),
    ask: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows[0],
    finish: async (sql) => {
      for (const copy of copies.values()) await copy.end()
      await client.query(sql)
      await client.query(`SET maintenance_work_mem = '512MB'`)
      for (const index of found.rows) await client.query(index.sql)
      for (const table of ['repository', 'event', 'tag_history'])
        for (const key of table === 'event' ? ['seq'] : ['id'])
          await client.query(`SELECT setval(pg_get_serial_sequence('${table}', '${key}'), (SELECT MAX(${key}) FROM ${table}))`)
      await client.query('VACUUM ANALYZE')
      await client.end()
    },
  }
}

class Copy {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown[]>
  #text = ''
  #said = ''

  constructor(psql: string, url: string, table: Table) {
    const copy = `COPY ${table} (${columns[table].join()}) FROM STDIN`
    // Its rows name one another in any order: foreign keys are what the plan keeps.
    const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', 'SET session_replication_role = replica', '-c', copy]
    this.#child = spawn(psql, args, { stdio: ['pipe', 'ignore', 'pipe'] })
    this.#child.stderr?.on('data', (said: Buffer) => (this.#said += said.toString()))
    this.#child.stdin?.on('error', () => {})
    this.#ended = once(this.#child, 'exit')
  }

  add(row: readonly Value[]): Promise<void> | undefined {
    this.#text += `${row.map(textOf).join('\t')}\n`
    return this.#text.length > bufferedText ? this.#send() : undefined
  }

  async #send(): Promise<void> {
    const { stdin } = this.#child
    const text = this.#text
    this.#text = ''
    if (stdin && !stdin.write(text)) await Promise.race([once(stdin, 'drain'), this.#ended])
    if (this.#child.exitCode !== null) throw new Error(`psql ended: ${this.#said}`)
  }

  async end(): Promise<void> {
    await this.#send()
    this.#child.stdin?.end()
    await this.#ended
    if (this.#child.exitCode !== 0) throw new Error(`psql ended: ${this.#said}`)
  }
}

function textOf(value: Value): string {
  if (value === null) return '\\N'
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
  return value.replaceAll('\\', '\\\\')
}
