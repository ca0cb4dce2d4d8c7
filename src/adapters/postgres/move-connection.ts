import type { Client, QueryResult } from 'pg'
import { Refusal } from '#core/refusal.ts'
import type { Row, Table } from '#ports/facts-move.ts'
import { isOfMove, keyColumns, leftTable, movedWord, moveTables, type MoveConnection, pausedWord } from '#store/moving/move-connection.ts'
import type { SqlValue } from '#store/transaction.ts'
import { dialect, numbered } from './dialect.ts'
import { movedCode, pausedCode } from './failures.ts'
import { begin } from './session.ts'

const typeOf: Readonly<Record<string, 'text' | 'bytes' | 'number'>> = { text: 'text', bytea: 'bytes', bigint: 'number', integer: 'number' }
const arrayOf = { text: 'TEXT[]', bytes: 'BYTEA[]', number: 'BIGINT[]' } as const
const noteOf = (table: string): string => `relocation_note_${table}`
const atOnce = 1000

/** PostgreSQL as an end of a move, on a connection of its own: whoever writes there meets the triggers. */
export class PostgresMoveConnection implements MoveConnection {
  readonly types = dialect
  readonly clock = 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)'
  readonly #client: Client
  readonly #name: string
  readonly #close: () => Promise<void>

  /** @param name for people, without secrets */
  constructor(client: Client, name: string, close: () => Promise<void>) {
    this.#client = client
    this.#name = name
    this.#close = close
  }

  /** Whatever is wrong there, nothing is lost: who moves it does so again. */
  async #ask(text: string, values?: unknown[]): Promise<QueryResult> {
    try {
      return await this.#client.query(text, values)
    } catch (error) {
      throw new Refusal('move-database', { name: this.#name, found: error instanceof Error ? error.message : String(error) })
    }
  }

  async all<Found>(sql: string, ...values: SqlValue[]): Promise<Found[]> {
    return (await this.#ask(numbered(sql), values)).rows as Found[]
  }

  async run(sql: string, ...values: SqlValue[]): Promise<number> {
    return (await this.#ask(numbered(sql), values)).rowCount ?? 0
  }

  async begin(how: 'snapshot' | 'write'): Promise<void> {
    await this.#ask(how === 'write' ? begin : 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  }

  async commit(): Promise<void> {
    await this.#ask('COMMIT')
  }

  async rollback(): Promise<void> {
    await this.#ask('ROLLBACK')
  }

  async hasTable(name: string): Promise<boolean> {
    return (await this.all<{ found: string | null }>('SELECT CAST(to_regclass(?) AS TEXT) AS found', name as never))[0]?.found !== null
  }

  async tables(): Promise<Table[]> {
    // What only servers of this database tell each other has no key.
    const columns = await this.all<{ tbl: string; name: string; type: string; place: number | null }>(
      `SELECT c.relname AS tbl, a.attname AS name, format_type(a.atttypid, NULL) AS type, array_position(i.indkey::int2[], a.attnum) AS place
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
       WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, a.attname COLLATE "C"`,
    )
    const byName = Map.groupBy(columns, ({ tbl }) => tbl)
    return [...byName].flatMap(([name, own]) => {
      if (name === 'schema_version' || isOfMove(name)) return []
      const key = own.flatMap(({ place: of }, place) => (of === null ? [] : [{ of, place }])).sort((a, b) => a.of - b.of)
      return [
        { name, columns: own.map((each) => ({ name: each.name, type: typeOf[each.type] ?? 'text' })), key: key.map((each) => each.place) },
      ]
    })
  }

  async insert(table: Table, rows: readonly Row[]): Promise<void> {
    const names = table.columns.map(({ name }) => name)
    const lists = table.columns.map(({ type }) => `CAST(? AS ${arrayOf[type]})`)
    refuseNul(table, rows)
    for (let at = 0; at < rows.length; at += atOnce) {
      const part = rows.slice(at, at + atOnce)
      await this.run(
        `INSERT INTO ${table.name} (${names.join(', ')}) SELECT * FROM unnest(${lists.join(', ')})`,
        ...names.map((_, place) => part.map((row) => row[place]) as unknown as SqlValue),
      )
    }
  }

  async remove(table: Table, keys: readonly Row[]): Promise<void> {
    const { listed, same, values } = among(table, keys)
    await this.run(`DELETE FROM ${table.name} USING ${listed} WHERE ${same}`, ...values)
  }

  async select(table: Table, from: string, keys: readonly Row[]): Promise<Record<string, unknown>[]> {
    const { listed, same, values } = among(table, keys)
    const names = table.columns.map(({ name }) => `${table.name}.${name}`)
    return this.all(`SELECT ${names.join(', ')} FROM ${from} JOIN ${listed} ON ${same}`, ...values)
  }

  async clear(names: readonly string[]): Promise<void> {
    await this.run(`TRUNCATE ${names.join(', ')}`)
  }

  async makeChanges(): Promise<void> {
    const columns = keyColumns.map((name) => `${name} TEXT COLLATE "C" NOT NULL DEFAULT ''`).join(', ')
    await this.run(
      `CREATE TABLE IF NOT EXISTS ${moveTables.changes} (seq BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, tbl TEXT COLLATE "C" NOT NULL,
         ${columns}, xid xid8 NOT NULL DEFAULT pg_current_xact_id())`,
    )
  }

  /**
   * The key is written before the mark is looked at: whoever looked before it said `paused` has its key there, and is waited for by whoever
   * locks the table of keys.
   */
  async watch(table: Table): Promise<void> {
    const written = (row: 'NEW' | 'OLD') =>
      table.key
        .map((place) => {
          const { name = '', type } = table.columns[place] ?? {}
          return type === 'bytes' ? `encode(${row}.${name}, 'hex')` : `CAST(${row}.${name} AS TEXT)`
        })
        .join(', ')
    const record = (row: 'NEW' | 'OLD') => `ROW(${table.key.map((place) => `${row}.${table.columns[place]?.name}`).join(', ')})`
    const into = `INSERT INTO ${moveTables.changes} (tbl, ${keyColumns.slice(0, table.key.length).join(', ')})`
    const stop = (phase: string, word: string, code: string) =>
      `IF stands = '${phase}' THEN RAISE EXCEPTION '${word}' USING ERRCODE = '${code}'; END IF;`
    await this.#ask(
      `CREATE OR REPLACE FUNCTION ${noteOf(table.name)}() RETURNS trigger LANGUAGE plpgsql AS $note$
       DECLARE stands TEXT;
       BEGIN
         IF TG_OP = 'INSERT' THEN ${into} VALUES ('${table.name}', ${written('NEW')});
         ELSE
           ${into} VALUES ('${table.name}', ${written('OLD')});
           IF TG_OP = 'UPDATE' THEN
             IF ${record('NEW')} IS DISTINCT FROM ${record('OLD')} THEN ${into} VALUES ('${table.name}', ${written('NEW')}); END IF;
           END IF;
         END IF;
         SELECT phase INTO stands FROM ${moveTables.mark} WHERE phase = 'moved' OR (phase = 'paused' AND until > ${this.clock});
         ${stop('paused', pausedWord, pausedCode)}
         ${stop('moved', movedWord, movedCode)}
         RETURN NULL;
       END $note$`,
    )
    await this.#ask(
      `CREATE OR REPLACE TRIGGER relocation_note AFTER INSERT OR UPDATE OR DELETE ON ${table.name}
         FOR EACH ROW EXECUTE FUNCTION ${noteOf(table.name)}()`,
    )
  }

  async unwatch(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.run(`DROP TRIGGER IF EXISTS relocation_note ON ${name}`)
      await this.run(`DROP FUNCTION IF EXISTS ${noteOf(name)}()`)
    }
  }

  async refuseObjects(condition: string | undefined): Promise<void> {
    await this.run(`DROP TRIGGER IF EXISTS ${leftTable} ON object`)
    await this.run(`DROP FUNCTION IF EXISTS ${leftTable}()`)
    if (condition === undefined) return
    await this.#ask(
      `CREATE FUNCTION ${leftTable}() RETURNS trigger LANGUAGE plpgsql AS $left$
       BEGIN RAISE EXCEPTION '${movedWord}' USING ERRCODE = '${movedCode}'; END $left$`,
    )
    await this.#ask(
      `CREATE TRIGGER ${leftTable} BEFORE INSERT ON object FOR EACH ROW WHEN (${condition})
         EXECUTE FUNCTION ${leftTable}()`,
    )
  }

  async settle(): Promise<void> {
    await this.run(`LOCK TABLE ${moveTables.changes} IN SHARE MODE`)
  }

  async horizon(): Promise<string> {
    return (await this.all<{ now: string }>('SELECT CAST(pg_current_snapshot() AS TEXT) AS now'))[0]?.now ?? ''
  }

  async forget(horizon: string): Promise<void> {
    await this.run(`DELETE FROM ${moveTables.changes} WHERE pg_visible_in_snapshot(xid, CAST(? AS pg_snapshot))`, horizon as never)
  }

  async deferReferences(): Promise<void> {
    await this.#references('DEFERRABLE INITIALLY DEFERRED')
  }

  /** Each transaction looked at its own when it ended. */
  async checkReferences(): Promise<void> {}

  async restoreReferences(): Promise<void> {
    await this.#references('NOT DEFERRABLE')
  }

  async #references(how: string): Promise<void> {
    const keys = await this.all<{ tbl: string; name: string }>(
      `SELECT c.conrelid::regclass::text AS tbl, c.conname AS name FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace`,
    )
    for (const { tbl, name } of keys) await this.run(`ALTER TABLE ${tbl} ALTER CONSTRAINT ${name} ${how}`)
  }

  async #sequences(): Promise<{ tbl: string; column: string; sequence: string }[]> {
    const found = await this.all<{ tbl: string; column: string; sequence: string }>(
      `SELECT table_name AS tbl, column_name AS "column", pg_get_serial_sequence(quote_ident(table_name), column_name) AS sequence
       FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'`,
    )
    return found.filter(({ tbl }) => !isOfMove(tbl))
  }

  async lookAtRows(): Promise<void> {
    await this.run('ANALYZE')
  }

  async counters(): Promise<Record<string, number>> {
    const counters: Record<string, number> = {}
    for (const { tbl, sequence } of await this.#sequences()) {
      const [row] = await this.all<{ last: number; used: boolean }>(`SELECT last_value AS last, is_called AS used FROM ${sequence}`)
      if (row?.used) counters[tbl] = row.last
    }
    return counters
  }

  async raiseCounter(table: string, to: number): Promise<void> {
    const own = (await this.#sequences()).find(({ tbl }) => tbl === table)
    if (own) await this.run('SELECT setval(CAST(? AS regclass), ?)', own.sequence as never, to)
  }

  async close(): Promise<void> {
    await this.#close()
  }
}

/** The keys as rows of a list, beside the table that has them. */
function among({ name, columns, key }: Table, keys: readonly Row[]): { listed: string; same: string; values: SqlValue[] } {
  const own = key.map((place) => columns[place] ?? { name: '', type: 'text' as const })
  return {
    listed: `unnest(${own.map(({ type }) => `CAST(? AS ${arrayOf[type]})`).join(', ')}) AS asked(${own.map((_, at) => `k${at}`).join(', ')})`,
    same: own.map((column, at) => `${name}.${column.name} = asked.k${at}`).join(' AND '),
    values: own.map((_, at) => keys.map((each) => each[at]) as unknown as SqlValue),
  }
}

function refuseNul({ name, columns }: Table, rows: readonly Row[]): void {
  for (const row of rows)
    for (const [place, value] of row.entries())
      if (typeof value === 'string' && value.includes('\0'))
        throw new Refusal('move-nul', {
          table: name,
          column: columns[place]?.name ?? '',
          text: value.replaceAll('\0', '\u2400').slice(0, 80),
        })
}
