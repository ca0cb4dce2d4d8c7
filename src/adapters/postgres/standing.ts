import { RegistryError } from '#core/registry-error.ts'
import { schemaVersion } from '#store/schema.ts'
import type { Bounded, Connections } from './connections.ts'

/** In milliseconds: a row by its key, on which each request waits. */
const longestProof = 5_000

/** The oldest program that may still run on this database (store/migrations/migration.ts). */
export const opensFrom = '(SELECT MAX(opens_from) FROM schema_version)'

interface Row {
  opensFrom: number
  standby: boolean
}

/** What must stand for this program to answer at all: its database takes writes, and is not changed beyond what it knows. */
export class Standing {
  readonly #connections: Connections
  readonly #bounds: { query_timeout: number }
  #opensFrom = 0

  constructor(connections: Connections, timeout = longestProof) {
    this.#connections = connections
    this.#bounds = { query_timeout: Math.min(longestProof, timeout) }
  }

  /** What is asked for, of a database that this program may run on. Fails with `storage-failed`. */
  async ask<Asked>(columns: string, values: readonly (string | null)[]): Promise<Asked> {
    const text = `SELECT ${columns}, ${opensFrom} AS "opensFrom", pg_is_in_recovery() AS standby`
    const { rows } = await this.#connections.query<Row & Asked>({ text, values: [...values], ...this.#bounds } as Bounded)
    const row = rows[0]
    if (!row || row.standby) {
      this.#connections.doubt()
      throw new RegistryError('storage-failed', 'the server of the database takes no writes')
    }
    this.learn(row.opensFrom)
    this.check()
    return row
  }

  learn(found: number): void {
    this.#opensFrom = found
  }

  /** Fails with `storage-failed` once a newer program made the database its own. */
  check(): void {
    if (this.#opensFrom <= schemaVersion) return
    throw new RegistryError(
      'storage-failed',
      `a newer Longshore changed the database for programs of schema version ${this.#opensFrom} and later; this one has ${schemaVersion} and is to be replaced`,
    )
  }
}
