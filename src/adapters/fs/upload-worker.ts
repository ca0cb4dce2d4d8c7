import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { setPriority, constants as system } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Algorithm } from '#core/digest.ts'
import { type ArmedFailpoint, armFailpoint } from '#ports/failpoint.ts'
import { removeFile } from './remove-file.ts'
import { bytesOf, type Slot } from './slots.ts'
import { hashFile } from './hash-file.ts'
import { WriteFile } from './write-file.ts'

/** What the serving thread asks of a worker. `call` is answered; `write` gives its slot back. */
export type Order =
  | { kind: 'create'; writer: number; path: string; algorithm: Algorithm }
  | { kind: 'resume'; writer: number; call: number; path: string; algorithm: Algorithm; size: number }
  | { kind: 'write'; writer: number; slot: Slot; from: number; to: number }
  | { kind: 'mark' | 'rollback' | 'rest' | 'close'; writer: number; call: number }
  | { kind: 'seal'; writer: number; call: number; algorithm: Algorithm }
  | { kind: 'digest'; call: number; path: string; algorithm: Algorithm; from: number; to: number }
  | { kind: 'delete'; call: number; path: string }

export type Reply =
  | { kind: 'written'; writer: number; slot: Slot; failure?: { code: string | undefined; message: string } }
  | { kind: 'done'; call: number; value: unknown }
  | { kind: 'failed'; call: number; code: string | undefined; message: string }

export interface WorkerOptions {
  failpoint: ArmedFailpoint | undefined
  arena: SharedArrayBuffer
}

const port = parentPort as MessagePort
// On Linux this is the niceness of this thread alone: where cores are short, answering comes before hashing.
if (process.platform === 'linux') setPriority(0, system.priority.PRIORITY_BELOW_NORMAL)
const { arena, failpoint: armed } = workerData as WorkerOptions
const failpoint = armFailpoint(armed, () => process.kill(process.pid, 'SIGKILL'))

/** A writer's file, or why there is none; its orders run one after the other. */
interface Writer {
  file: WriteFile | Error
  last: Promise<unknown>
}
const writers = new Map<number, Writer>()

port.on('message', (order: Order) => {
  if (order.kind === 'create') {
    writers.set(order.writer, { file: attempt(() => WriteFile.create(order.path, order.algorithm, failpoint)), last: Promise.resolve() })
    return
  }
  if (order.kind === 'digest' || order.kind === 'delete') {
    void answer(order.call, () => (order.kind === 'digest' ? digest(order) : removeFile(order.path)))
    return
  }
  if (order.kind === 'resume') {
    const file = attempt(() => WriteFile.resume(order.path, order.algorithm, failpoint))
    const size = file instanceof Error ? 0 : Math.min(order.size, file.length)
    const last = file instanceof Error ? Promise.resolve() : file.reread(size)
    const writer: Writer = { file, last: last.catch((error: Error) => (writer.file = error)) }
    writers.set(order.writer, writer)
    void answer(order.call, () => (file instanceof Error ? Promise.reject(file) : size))
    return
  }
  const writer = writers.get(order.writer)
  if (writer) writer.last = writer.last.then(() => obey(writer, order))
})

async function obey(writer: Writer, order: Extract<Order, { writer: number }>): Promise<void> {
  const { file } = writer
  if (order.kind === 'write') {
    if (!(file instanceof Error))
      await file.write(bytesOf(arena, order.slot).subarray(order.from, order.to), typeof order.slot === 'number')
    const error = (file instanceof Error ? file : file.failure) as NodeJS.ErrnoException | undefined
    const failure = error && { failure: { code: error.code, message: error.message } }
    port.postMessage({ kind: 'written', writer: order.writer, slot: order.slot, ...failure } satisfies Reply)
    return
  }
  if (order.kind === 'create' || order.kind === 'resume') return
  await answer(order.call, async () => {
    if (order.kind === 'close') {
      writers.delete(order.writer)
      return file instanceof Error ? undefined : file.close()
    }
    if (file instanceof Error) throw file
    if (order.kind === 'seal') return file.seal(order.algorithm)
    if (order.kind === 'rest') return file.rest()
    return order.kind === 'mark' ? file.mark() : file.rollback()
  })
}

async function answer(call: number, work: () => unknown): Promise<void> {
  try {
    port.postMessage({ kind: 'done', call, value: await work() } satisfies Reply)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    port.postMessage({ kind: 'failed', call, code, message } satisfies Reply)
  }
}

function attempt(open: () => WriteFile): WriteFile | Error {
  try {
    return open()
  } catch (error) {
    return error as Error
  }
}

async function digest({
  path,
  algorithm,
  from,
  to,
}: Extract<Order, { kind: 'digest' }>): Promise<{ hex: string; size: number } | undefined> {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const size = Math.min(to, fstatSync(descriptor).size)
    return { hex: await hashFile(descriptor, size, algorithm, from), size: Math.max(0, size - from) }
  } finally {
    closeSync(descriptor)
  }
}
