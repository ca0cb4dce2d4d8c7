import type { MoveMark, NewPlace as Port, Row, Table } from '#ports/facts-move.ts'
import { LeftStores } from './left-stores.ts'
import { MoveEnd } from './move-end.ts'

/** The database that a registry comes to: rows as they arrive. */
export class NewPlace extends MoveEnd implements Port {
  async prepare(mark: MoveMark): Promise<void> {
    await this.putMark(mark)
    // Of a registry that was here before.
    await this.write(() => new LeftStores(this.db).put([]))
    await this.db.deferReferences()
  }

  async isEmpty(): Promise<boolean> {
    for (const { name } of await this.tables()) if ((await this.db.all(`SELECT 1 AS one FROM ${name} LIMIT 1`)).length > 0) return false
    return true
  }

  clear(tables: readonly Table[]): Promise<void> {
    return this.db.clear(tables.map(({ name }) => name).toReversed())
  }

  insert(table: Table, rows: readonly Row[]): Promise<void> {
    return rows.length === 0 ? Promise.resolve() : this.db.insert(table, rows)
  }

  remove(table: Table, keys: readonly Row[]): Promise<void> {
    return keys.length === 0 ? Promise.resolve() : this.db.remove(table, keys)
  }

  lookAtRows(): Promise<void> {
    return this.db.lookAtRows()
  }

  async raiseCounters(counters: Readonly<Record<string, number>>): Promise<void> {
    const own = await this.db.counters()
    for (const [table, to] of Object.entries(counters)) if (to > (own[table] ?? 0)) await this.db.raiseCounter(table, to)
  }

  checkReferences(): Promise<void> {
    return this.db.checkReferences()
  }

  restoreReferences(): Promise<void> {
    return this.db.restoreReferences()
  }
}
