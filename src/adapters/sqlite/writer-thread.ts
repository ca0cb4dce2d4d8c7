import { existsSync, rmSync } from 'node:fs'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { type ArmedFailpoint, armFailpoint } from '#ports/failpoint.ts'
import { changedBy, Epochs } from '#store/epochs.ts'
import { SqliteConnection } from './connection.ts'
import { type Answer, type Call, describe, runGroup } from './group-commit.ts'
import { WriteAheadLog } from './write-ahead-log.ts'

export interface WriterOptions {
  path: string
  ballast: string
  failpoint: ArmedFailpoint | undefined
  epochs: SharedArrayBuffer
}

export type WriterOrder = { kind: 'line'; port: MessagePort } | { kind: 'close' }

interface Asked {
  call: Call
  from: MessagePort
}

/** The one writer of a database: takes what waits on all its lines, runs it as a group, raises the epochs, answers, looks again. */
const options = workerData as WriterOptions
const connection = new SqliteConnection(options.path, {
  failpoint: armFailpoint(options.failpoint, () => process.kill(process.pid, 'SIGKILL')),
})
const log = new WriteAheadLog(connection, options.path)
const epochs = new Epochs(options.epochs)
const largestGroup = 256
const lines = new Set<MessagePort>()
const waiting: Asked[] = []
let busy = false
let closing = false

parentPort?.on('message', (order: WriterOrder) => {
  if (order.kind === 'line') return open(order.port)
  closing = true
  if (!busy) close()
})

function open(line: MessagePort): void {
  lines.add(line)
  // Its thread closed it or has ended; what it had asked for is done all the same.
  line.on('close', () => lines.delete(line))
  line.on('message', (calls: Call[]) => {
    take(line, calls)
    void work()
  })
}

function take(from: MessagePort, calls: readonly Call[]): void {
  for (const call of calls) waiting.push({ call, from })
}

async function work(): Promise<void> {
  if (busy) return
  busy = true
  while (waiting.length > 0) {
    for (const line of lines)
      for (let next = receiveMessageOnPort(line); next; next = receiveMessageOnPort(line)) take(line, next.message as Call[])
    await run(waiting.splice(0, largestGroup))
    log.keepShort()
  }
  busy = false
  if (closing) close()
}

async function run(group: readonly Asked[]): Promise<void> {
  // A line counts its calls itself: in the group they are known by their place.
  const answers = await runGroup(
    connection,
    group.map(({ call }, id) => ({ ...call, id })),
    releaseBallast,
  )
  for (const { call } of group) epochs.raise(changedBy(call.name, call.input))
  const byLine = new Map<MessagePort, Answer[]>()
  for (const answer of answers) {
    const asked = group[answer.id]
    if (!asked) continue
    const own = byLine.get(asked.from)
    const told = { ...answer, id: asked.call.id }
    if (own) own.push(told)
    else byLine.set(asked.from, [told])
  }
  for (const [line, own] of byLine) tell(line, own)
}

// An answer that cannot cross is that command's failure; what it did stands, as when an answer is lost on its way.
function tell(line: MessagePort, answers: readonly Answer[]): void {
  try {
    line.postMessage(answers)
  } catch {
    for (const each of answers)
      try {
        line.postMessage([each])
      } catch (error) {
        line.postMessage([{ id: each.id, error: describe(error) }])
      }
  }
}

function close(): void {
  connection.close()
  for (const line of lines) line.close()
  parentPort?.close()
}

// The owner of the data directory makes it again when there is space.
function releaseBallast(): boolean {
  if (!existsSync(options.ballast)) return false
  rmSync(options.ballast)
  return true
}
