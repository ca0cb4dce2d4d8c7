import type { LeftStores as Port } from '#ports/facts-move.ts'
import { leftTable, type MoveConnection } from './move-connection.ts'
import { quoted } from './shaped.ts'

/** Which stores bytes were moved from: no row of an object is made that names one of them. */
export class LeftStores implements Port {
  readonly #db: MoveConnection

  constructor(db: MoveConnection) {
    this.#db = db
  }

  async names(): Promise<string[]> {
    if (!(await this.#db.hasTable(leftTable))) return []
    return (await this.#db.all<{ backend: string }>(`SELECT backend FROM ${leftTable} ORDER BY backend`)).map(({ backend }) => backend)
  }

  /** These and no others. Inside a transaction. */
  async put(stores: readonly string[]): Promise<void> {
    await this.#db.refuseObjects(stores.length === 0 ? undefined : stores.map((store) => `NEW.backend = ${quoted(store)}`).join(' OR '))
    await this.#db.run(`DROP TABLE IF EXISTS ${leftTable}`)
    if (stores.length === 0) return
    await this.#db.run(`CREATE TABLE ${leftTable} (backend ${this.#db.types.text} PRIMARY KEY)`)
    for (const store of stores) await this.#db.run(`INSERT INTO ${leftTable} (backend) VALUES (?)`, store as string)
  }
}
