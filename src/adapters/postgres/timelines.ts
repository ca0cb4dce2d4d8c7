import { DatabaseError, type PoolClient, type QueryConfig } from 'pg'
import { NotPrimary } from './session.ts'

const timelineQuestion = `SELECT system_identifier::text AS system, substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) AS timeline
  FROM pg_control_system()`

/**
 * Each promotion of a standby begins a timeline of a higher number. A server that has seen it takes the primary of before for no primary,
 * though it came back and takes writes. Where a database does not tell them (some that are hosted), nothing is known.
 */
export class Timelines {
  #system: string | undefined
  #timeline = 0
  #promotions = 0

  /** How many were seen. */
  get promotions(): number {
    return this.#promotions
  }

  /** How many were seen with that of this server of the database. Throws NotPrimary for what another one left behind. */
  async look(client: Pick<PoolClient, 'query'>, bounds: object): Promise<number> {
    const found = await client
      .query<{ system: string; timeline: string }>({ text: timelineQuestion, ...bounds } as QueryConfig)
      .then(({ rows }) => rows[0])
      .catch((error: unknown) => {
        if (error instanceof DatabaseError && error.severity === 'ERROR') return undefined
        throw error
      })
    if (!found) return this.#promotions
    const timeline = Number.parseInt(found.timeline, 16)
    const isKnown = this.#system === found.system
    if (isKnown && timeline < this.#timeline)
      throw new NotPrimary(`this server of the database was overtaken: its timeline is ${timeline}, and ${this.#timeline} was seen`)
    if (this.#system !== undefined && (!isKnown || timeline > this.#timeline)) this.#promotions++
    this.#system = found.system
    this.#timeline = timeline
    return this.#promotions
  }
}
