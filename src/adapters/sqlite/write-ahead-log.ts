import { statSync } from 'node:fs'
import type { SqliteConnection } from './connection.ts'

/** Past this the log is begun anew; SQLite cuts the file down to it then. */
export const longestLog = 16 * 1024 * 1024
const shortWait = 50
const longWait = 5000
const restFor = 1000
/** To ask the system for the length after each of some hundred groups a second would be a hundredth of their time. */
const lookEvery = 20

/**
 * SQLite begins its log anew when no reader needs it any more. Readers of several threads that take page after page leave no such
 * moment by themselves, and the log grows without end: past its length the writer waits for one, for a moment.
 */
export class WriteAheadLog {
  readonly #connection: SqliteConnection
  readonly #path: string
  readonly #elapsed: () => number
  #notBefore = 0

  constructor(connection: SqliteConnection, path: string, elapsed: () => number = () => performance.now()) {
    this.#connection = connection
    this.#path = `${path}-wal`
    this.#elapsed = elapsed
  }

  /** In bytes. Where the data folder was moved away there is none: a command that needs it says so. */
  #length(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
  }

  /** Between two groups of commands. */
  keepShort(): void {
    const now = this.#elapsed()
    if (now < this.#notBefore) return
    this.#notBefore = now + lookEvery
    if (this.#length() <= longestLog) return
    const { database } = this.#connection
    database.exec(`PRAGMA busy_timeout = ${shortWait}`)
    try {
      database.exec('PRAGMA wal_checkpoint(RESTART)')
    } catch {
      // A disk that is full or fails is told by the next command that needs it.
    } finally {
      database.exec(`PRAGMA busy_timeout = ${longWait}`)
      // Done, the next commit cuts the file down; or somebody reads for long, and is not to hold up each group.
      this.#notBefore = this.#elapsed() + restFor
    }
  }
}
