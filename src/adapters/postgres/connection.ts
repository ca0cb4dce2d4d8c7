import type { Failpoint } from '#ports/failpoint.ts'
import type { ClientBase, QueryResultRow } from 'pg'
import type { ListType, Noted, SqlReader, SqlTransaction, SqlValue } from '#store/transaction.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type Clocks, failOffClock } from './clocks.ts'
import { numbered } from './dialect.ts'
import { versionLock } from './locks.ts'
import { opensFrom, type Standing } from './standing.ts'

/** What runs one statement: a client inside its transaction, or a pool for reads. */
export type Runner = Pick<ClientBase, 'query'>

const databaseClock = 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)'

const texts = new Map<string, string>()

/** Each text of ours in PostgreSQL's form; there are as many as the verbs have. */
function textOf(sql: string): string {
  let text = texts.get(sql)
  if (text === undefined) texts.set(sql, (text = numbered(sql)))
  return text
}

/** Whose clock judges. Only a test, whose times are made up, has the caller's. */
export type Judge = 'database' | 'caller'
const types: Readonly<Record<ListType, string>> = { bytes: 'BYTEA', text: 'TEXT', number: 'BIGINT' }

/** Both clocks, in one question. */
export async function readClocks(runner: Runner, now: () => number): Promise<Clocks> {
  const asked = now()
  const { rows } = await runner.query<{ now: number }>(`SELECT ${databaseClock} AS now`)
  return { asked, database: rows[0]?.now ?? 0, answered: now() }
}

export class PostgresReader implements SqlReader {
  readonly aText = 'CAST(? AS TEXT) COLLATE "C"'
  readonly someBytes = 'CAST(? AS BYTEA)'
  readonly inCommitOrder = ' AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint'
  readonly clock = databaseClock
  readonly runner: Runner
  readonly #judge: Judge

  constructor(runner: Runner, judge: Judge) {
    this.runner = runner
    this.#judge = judge
  }

  among(type: ListType): string {
    return `= ANY(CAST(? AS ${types[type]}[]))`
  }

  listed(type: ListType): string {
    return `unnest(CAST(? AS ${types[type]}[])) AS listed(value)`
  }

  async now(callers: number): Promise<number> {
    return this.#judge === 'caller' ? callers : ((await this.get<{ now: number }>(`SELECT ${this.clock} AS now`))?.now ?? callers)
  }

  async get<Row>(sql: string, ...values: SqlValue[]): Promise<Row | undefined> {
    const { rows } = await this.runner.query<QueryResultRow>(textOf(sql), values.map(this.asked))
    return rows[0] as Row | undefined
  }

  async all<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]> {
    const { rows } = await this.runner.query<QueryResultRow>(textOf(sql), values.map(this.asked))
    return rows as Row[]
  }

  /** No text here has a NUL: asked for is the one that stands next to it, which nobody has either where names have a grammar. */
  protected asked(value: SqlValue): SqlValue {
    return hasNul(value) ? value.replaceAll('\0', '\u0001') : value
  }
}

const hasNul = (value: SqlValue): value is string => typeof value === 'string' && value.includes('\0')

export interface Beginning {
  /** What a transaction begins with, on this server of the database. */
  begin: string
  failpoint: Failpoint
  judge: Judge
  now: () => number
  learn: (clocks: Clocks) => void
  standing: Pick<Standing, 'learn' | 'check'>
}

/** One transaction on one client. Rows that a verb decides on are locked until it ends. */
export class PostgresTransaction extends PostgresReader implements SqlTransaction {
  readonly forUpdate = ' FOR UPDATE'
  readonly forNoKeyUpdate = ' FOR NO KEY UPDATE'
  readonly forKeyShare = ' FOR KEY SHARE'
  readonly forShare = ' FOR SHARE'
  readonly isSoleWriter = false
  readonly skipLocked = ' FOR UPDATE SKIP LOCKED'
  readonly usageSlots = 32
  readonly usageChanges = new Map()
  readonly repositoryChanges = new Map()
  readonly noted: Noted[] = []
  readonly failpoint: Failpoint

  readonly began: number | undefined

  private constructor(runner: Runner, failpoint: Failpoint, judge: Judge, began: number | undefined) {
    super(runner, judge)
    this.failpoint = failpoint
    this.began = began
  }

  /**
   * @param now this server's clock. Fails with `storage-failed` when it and the database's are too far apart, and where a newer program made the
   *   database its own; none does until this transaction has ended.
   * @param learn is told of both
   */
  static async begin(runner: Runner, { begin, failpoint, judge, now, learn, standing }: Beginning): Promise<PostgresTransaction> {
    if (judge === 'caller') {
      await runner.query(begin)
      return new PostgresTransaction(runner, failpoint, judge, undefined)
    }
    // In one message: a way to the database less.
    const asked = now()
    const results = (await runner.query(
      `${begin}; SELECT pg_advisory_xact_lock_shared(${versionLock}); SELECT ${databaseClock} AS now, ${opensFrom} AS "opensFrom"`,
    )) as unknown as { rows: { now: number; opensFrom: number }[] }[]
    const found = results.at(-1)?.rows[0]
    const clocks = { asked, database: found?.now ?? 0, answered: now() }
    learn(clocks)
    standing.learn(found?.opensFrom ?? 0)
    standing.check()
    failOffClock(clocks)
    return new PostgresTransaction(runner, failpoint, judge, clocks.database)
  }

  forUpdateOf(table: string): string {
    return ` FOR UPDATE OF ${table}`
  }

  forKeyShareOf(table: string): string {
    return ` FOR KEY SHARE OF ${table}`
  }

  async run(sql: string, ...values: SqlValue[]): Promise<number> {
    return (await this.runner.query(textOf(sql), values.map(this.asked))).rowCount ?? 0
  }

  /** What a command decides on is what it was given. Fails with `request-invalid`. */
  protected override asked(value: SqlValue): SqlValue {
    if (hasNul(value)) throw new RegistryError('request-invalid', 'a text has the character U+0000, which this database does not keep')
    return value
  }
}
