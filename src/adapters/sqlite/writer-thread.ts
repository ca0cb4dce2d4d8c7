import { existsSync, rmSync } from 'node:fs'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { type ArmedFailpoint, armFailpoint } from '#ports/failpoint.ts'
import { SqliteConnection } from './connection.ts'
import { type Answer, type Call, describe, runGroup } from './group-commit.ts'

export interface WriterOptions {
  path: string
  ballast: string
  failpoint: ArmedFailpoint | undefined
}

/** The one writer of a database: takes what waits, runs it as a group, answers, looks again. */
const options = workerData as WriterOptions
const port = parentPort as MessagePort
const connection = new SqliteConnection(options.path, {
  failpoint: armFailpoint(options.failpoint, () => process.kill(process.pid, 'SIGKILL')),
})
const largestGroup = 256
const waiting: Call[] = []
let busy = false

port.on('message', (message: Call[] | 'close') => {
  if (message === 'close') {
    connection.close()
    port.close()
    return
  }
  waiting.push(...message)
  void work()
})

async function work(): Promise<void> {
  if (busy) return
  busy = true
  while (waiting.length > 0) {
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
      if (next.message === 'close') throw new Error('closed with commands under way')
      waiting.push(...(next.message as Call[]))
    }
    answer(await runGroup(connection, waiting.splice(0, largestGroup), releaseBallast))
  }
  busy = false
}

// An answer that cannot cross is that command's failure; what it did stands, as when an answer is lost on its way.
function answer(answers: readonly Answer[]): void {
  try {
    port.postMessage(answers)
  } catch {
    for (const each of answers)
      try {
        port.postMessage([each])
      } catch (error) {
        port.postMessage([{ id: each.id, error: describe(error) }])
      }
  }
}

// The owner of the data directory makes it again when there is space.
function releaseBallast(): boolean {
  if (!existsSync(options.ballast)) return false
  rmSync(options.ballast)
  return true
}
