import type { ChangedKeys, MoveMark, OldPlace as Port, Row, Table } from '#ports/facts-move.ts'
import { LeftStores } from './left-stores.ts'
import { keyColumns, type MoveConnection, moveTables } from './move-connection.ts'
import { largestPage, MoveEnd } from './move-end.ts'
import { ObjectsToMove } from './objects-to-move.ts'

const { mark: markTable, changes: changeTable, objects: objectTable } = moveTables

interface ChangeRow {
  seq: number
  tbl: string
  k1: string
  k2: string
  k3: string
  k4: string
}

/** The database that a registry leaves: what changes there, the pause, and that it has moved. */
export class OldPlace extends MoveEnd implements Port {
  readonly objects: ObjectsToMove
  readonly leftStores: LeftStores

  constructor(db: MoveConnection, name: string) {
    super(db, name)
    this.objects = new ObjectsToMove(db)
    this.leftStores = new LeftStores(db)
  }

  async openUploads(): Promise<number> {
    return (await this.db.all<{ n: number }>(`SELECT COUNT(*) AS n FROM upload WHERE state = 'open'`))[0]?.n ?? 0
  }

  async watch(mark: MoveMark): Promise<void> {
    await this.putMark(mark)
    for (const table of await this.tables()) await this.db.watch(table)
  }

  async snapshot<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.within('snapshot', work)
  }

  async *changes(tables: readonly Table[]): AsyncIterable<ChangedKeys[]> {
    const known = new Map(tables.map((table) => [table.name, table]))
    for (let after = 0; ; ) {
      const rows = await this.db.all<ChangeRow>(
        `SELECT seq, tbl, k1, k2, k3, k4 FROM ${changeTable} WHERE seq > ? ORDER BY seq LIMIT ?`,
        after,
        largestPage,
      )
      const last = rows.at(-1)
      if (!last) return
      after = last.seq
      const byTable = new Map<string, Map<string, ChangeRow>>()
      for (const row of rows) {
        const own = byTable.get(row.tbl) ?? new Map<string, ChangeRow>()
        byTable.set(row.tbl, own.set(keyColumns.map((column) => row[column]).join('\0'), row))
      }
      yield [...known.values()].flatMap((table) => {
        const own = byTable.get(table.name)
        return own ? [{ table: table.name, keys: [...own.values()].map((row) => readKey(table, row)) }] : []
      })
    }
  }

  horizon(): Promise<string> {
    return this.db.horizon()
  }

  forgetChanges(horizon: string): Promise<void> {
    return this.db.forget(horizon)
  }

  async pause(mark: MoveMark, milliseconds: number): Promise<MoveMark> {
    const [now] = await this.db.all<{ now: number }>(`SELECT ${this.db.clock} AS now`)
    const paused: MoveMark = { ...mark, phase: 'paused', until: (now?.now ?? 0) + milliseconds }
    await this.putMark(paused)
    await this.write(() => this.db.settle())
    return paused
  }

  leave(mark: MoveMark): Promise<boolean> {
    return this.write(async () => {
      await this.db.settle()
      if ((await this.db.all(`SELECT 1 AS one FROM ${changeTable} LIMIT 1`)).length > 0) return false
      if (mark.backend !== null && (await this.objects.toCopy({ after: '', limit: 1, to: mark.backend })).length > 0) return false
      await this.putMark({ ...mark, phase: 'moved' })
      return true
    })
  }

  async settleBytes({ backend, left }: MoveMark): Promise<void> {
    const names = (await this.tables()).map(({ name }) => name)
    const before = await this.leftStores.names()
    await this.write(async () => {
      await this.db.unwatch(names)
      await this.leftStores.put([...new Set([...before, ...(left === null ? [] : [left])])].filter((each) => each !== backend))
      for (const statement of leftBehind) await this.db.run(statement)
      await this.db.run('UPDATE object SET backend = ?', backend as string)
      for (const name of [changeTable, objectTable, markTable]) await this.db.run(`DROP TABLE IF EXISTS ${name}`)
    })
  }
}

/** What belongs to the process that has the bytes, and does not move with them. */
const leftBehind = [
  'DELETE FROM upload',
  'UPDATE usage SET reserved = 0, condemned = 0',
  `DELETE FROM object WHERE state IN ('staging', 'condemned', 'deleted')`,
]

/** As the triggers wrote it: numbers in decimal, bytes in hex. */
const readKey = ({ columns, key }: Table, row: ChangeRow): Row =>
  key.map((place, index) => {
    const text = row[keyColumns[index] ?? 'k1']
    const type = columns[place]?.type
    return type === 'number' ? Number(text) : type === 'bytes' ? Uint8Array.fromHex(text) : text
  })
