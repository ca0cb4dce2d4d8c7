import { DatabaseSync } from 'node:sqlite'
import { migrate } from './migrate.ts'
import { SqliteConnection } from './connection.ts'

/** The database is not as it was written: nothing in it can be relied on. */
export class DamagedDatabase extends Error {
  readonly path: string
  /** What its own check found first. */
  readonly finding: string

  constructor(path: string, finding: string) {
    super(`${path} is damaged: ${finding}`)
    this.path = path
    this.finding = finding
  }
}

/** Up to this size a start reads the indexes too, which takes six times as long: 0.7 s for 64 MiB. */
const wholeUpTo = 64 * 1024 * 1024
const mostFindings = 10

/** https://www.sqlite.org/pragma.html#pragma_quick_check; only the whole check sees whether each index has what its table has. */
export function findingsIn(database: DatabaseSync, how: 'quick' | 'whole'): string[] {
  const check = how === 'quick' ? 'quick_check' : 'integrity_check'
  const found = database.prepare(`PRAGMA ${check}(${mostFindings})`).all() as Record<string, unknown>[]
  const lines = found.flatMap((row) => String(row[check] ?? '').split('\n')).filter((line) => line !== 'ok')
  if (how === 'quick' || lines.length > 0) return lines.slice(0, mostFindings)
  const strays = database.prepare('PRAGMA foreign_key_check').all() as { table: string; parent: string }[]
  return strays.slice(0, mostFindings).map(({ table, parent }) => `a row of ${table} belongs to no row of ${parent}`)
}

/** What a start looks at before it relies on the file: all of it while that is quick. Throws DamagedDatabase. */
export function refuseDamage(database: DatabaseSync, path: string): void {
  const pages = (pragma: string) => Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0])
  const [finding] = findingsIn(database, pages('page_count') * pages('page_size') <= wholeUpTo ? 'whole' : 'quick')
  if (finding !== undefined) throw new DamagedDatabase(path, finding)
}

/** What a move leaves there while it is under way (store/moving/). */
const notOfMove = `name NOT LIKE 'relocation%' AND tbl_name NOT LIKE 'relocation%'`

const schemaOf = (database: DatabaseSync): Map<string, string> =>
  new Map(
    (
      database.prepare(`SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' AND ${notOfMove}`).all() as Record<
        string,
        string
      >[]
    ).map(({ type, name, sql }) => [`${type} ${name}`, sql ?? '']),
  )

/** After the migrations: the tables are those that this program makes. Throws DamagedDatabase. */
export function refuseOtherSchema(database: DatabaseSync, path: string): void {
  const model = new SqliteConnection(':memory:')
  try {
    migrate(model, undefined)
    const [wanted, found] = [schemaOf(model.database), schemaOf(database)]
    for (const name of new Set([...wanted.keys(), ...found.keys()]))
      if (wanted.get(name) !== found.get(name)) throw new DamagedDatabase(path, `the ${name} of its schema is not as it was made`)
  } finally {
    model.close()
  }
}

// https://www.sqlite.org/rescode.html: CORRUPT, NOTADB and, extended, IOERR_SHORT_READ.
const unsound: ReadonlySet<number> = new Set([11, 26])
const shortRead = 522
/** ERROR: the statements do not fit the schema. */
const noFit = 1

/** An error of SQLite that says that the file is no sound database; any other as it is. */
export function asDamage(error: unknown, path: string, { schema = false } = {}): unknown {
  const { errcode, message } = error as { errcode?: number; message?: string }
  if (errcode === undefined) return error
  const isDamage = unsound.has(errcode & 0xff) || errcode === shortRead || (schema && errcode === noFit)
  return isDamage ? new DamagedDatabase(path, message ?? 'it cannot be read') : error
}
