import { setTimeout as pause } from 'node:timers/promises'
import { type Failure, type FailureDetail, RegistryError } from '#core/registry-error.ts'
import type { MetadataCommands } from '#ports/metadata-store.ts'
import { commandTraits } from '#store/command-traits.ts'
import { movedWord, pausedWord } from '#store/moving/move-connection.ts'
import { longestPause, lookEvery, movedFailure, pausedFailure } from '#store/moving/refused-writes.ts'
import type { Verb } from '#store/verb.ts'
import { commands } from '#store/verbs.ts'
import type { SqliteConnection } from './connection.ts'

export interface Call {
  id: number
  name: keyof MetadataCommands
  input: unknown
}

/** What crosses the thread's border instead of a RegistryError. */
export interface CallFailure {
  failure: Failure
  message: string
  detail: FailureDetail
  /** Nothing of it was done, and it may be in a moment: the registry is being moved. */
  paused?: true
}

export type Answer = { id: number; output: unknown } | { id: number; error: CallFailure }

const frees = ({ name }: Call): boolean => commandTraits[name].frees

/**
 * Runs commands that wait together in one transaction, each in its own savepoint: one sync of the disk for all, and
 * a command that fails takes nothing of the others with it. A full disk may roll the whole group back under us;
 * then all of it failed.
 * @param releaseBallast gives the disk some room; false when there is none left to give
 */
export async function runGroup(
  connection: SqliteConnection,
  group: readonly Call[],
  releaseBallast: () => boolean = () => false,
): Promise<Answer[]> {
  const answers = await attemptBeyondPause(connection, group)
  const full = (answer: Answer) => 'error' in answer && answer.error.failure === 'storage-full'
  if (!answers.some(full) || !group.some(frees) || !releaseBallast()) return answers
  const again = group.filter((call, index) => frees(call) && full(answers[index] as Answer))
  const retried = new Map((await attempt(connection, again)).map((answer) => [answer.id, answer]))
  return answers.map((answer) => retried.get(answer.id) ?? answer)
}

/** While the registry is being moved there is a moment in which nothing is written: nobody's command fails for it. */
async function attemptBeyondPause(connection: SqliteConnection, group: readonly Call[]): Promise<Answer[]> {
  const answers = await attempt(connection, group)
  if (!answers.some(isPaused)) return answers
  for (const until = performance.now() + longestPause; performance.now() < until && answers.some(isPaused); ) {
    await pause(lookEvery)
    const again = group.filter((_, index) => isPaused(answers[index] as Answer))
    const retried = new Map((await attempt(connection, again)).map((answer) => [answer.id, answer]))
    for (const [index, answer] of answers.entries()) answers[index] = retried.get(answer.id) ?? answer
  }
  return answers
}

const isPaused = (answer: Answer): boolean => 'error' in answer && answer.error.paused === true

async function attempt(connection: SqliteConnection, group: readonly Call[]): Promise<Answer[]> {
  const { database } = connection
  const answers: Answer[] = []
  try {
    connection.sync(group.every((call) => commandTraits[call.name].sync === 'soft') ? 'NORMAL' : 'FULL')
    database.exec('BEGIN IMMEDIATE')
    for (const call of group) {
      database.exec('SAVEPOINT command')
      try {
        const output = await (commands[call.name] as Verb<never>)(connection, call.input as never)
        database.exec('RELEASE command')
        answers.push({ id: call.id, output })
      } catch (error) {
        if (!database.isTransaction) throw error
        database.exec('ROLLBACK TO command; RELEASE command')
        answers.push({ id: call.id, error: describe(error) })
      }
    }
    database.exec('COMMIT')
    return answers
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    const failure = describe(error)
    return group.map((call) => ({ id: call.id, error: failure }))
  }
}

// https://www.sqlite.org/rescode.html; the low byte is the primary code.
const primary = { full: 13, ioError: 10, cannotOpen: 14, readOnly: 8, corrupt: 11 }
/** Somebody else had the database for longer than a connection waits: a mover in a process of its own. */
const busy = 5

const refusedByTrigger = 1811

export function describe(error: unknown): CallFailure {
  if (error instanceof RegistryError) return { failure: error.failure, message: error.message, detail: error.detail }
  const { errcode, code, message } = error as { errcode?: number; code?: string; message?: string }
  if (errcode === refusedByTrigger && message === pausedWord) return { ...describe(pausedFailure()), paused: true }
  if (errcode === refusedByTrigger && message === movedWord) return describe(movedFailure())
  const result = errcode === undefined ? undefined : errcode & 0xff
  if (result === primary.full || code === 'ENOSPC' || code === 'EDQUOT')
    return { failure: 'storage-full', message: 'the disk is full: free some space and try again', detail: {} }
  if (result === busy) return { failure: 'storage-failed', message: 'another process is writing to the database: try again', detail: {} }
  if (code === 'EIO' || (result !== undefined && Object.values(primary).includes(result)))
    return { failure: 'storage-failed', message: 'the database could not write to the disk', detail: {} }
  // A bug of ours, and undone like any other failure: the next command must not suffer for it.
  process.emitWarning(error instanceof Error ? error : String(error))
  return { failure: 'storage-failed', message: 'the command failed in a way that is a bug; the log tells more', detail: {} }
}
