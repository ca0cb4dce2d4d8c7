import { closeSync, constants, openSync } from 'node:fs'
import { getPriority, setPriority, constants as system } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Algorithm } from '#core/digest.ts'
import { type ArmedFailpoint, armFailpoint } from '#ports/failpoint.ts'
import { removeFile } from './remove-file.ts'
import { bytesOf, type Slot } from './slots.ts'
import { hashFile } from './hash-file.ts'
import { areLost, statOfFile, toRead } from './stored-file.ts'
import { type Sealed, WriteFile } from './write-file.ts'

/** A slot, and which of its bytes are meant. */
export interface Filled {
  slot: Slot
  from: number
  to: number
}

/**
 * What a serving thread asks of a worker, by its line. `call` is answered; a `write` that is answered gives its slot back. Who had the file
 * of a `take` is told. A `seal` brings the last bytes along and is the end of its writer, whatever comes of it: to wake a thread costs more than
 * most of what it is woken for.
 */
export type Order =
  | { kind: 'create'; writer: number; path: string; algorithm: Algorithm }
  | { kind: 'take'; writer: number; call: number; path: string; algorithm: Algorithm }
  | { kind: 'resume'; writer: number; call: number; size: number }
  | ({ kind: 'write'; writer: number; answer: boolean } & Filled)
  | { kind: 'mark' | 'rollback' | 'rest' | 'close'; writer: number; call: number }
  | { kind: 'seal'; writer: number; call: number; algorithm: Algorithm; last: Filled | undefined }
  | { kind: 'digest'; call: number; path: string; algorithm: Algorithm; from: number; to: number }
  | { kind: 'delete'; call: number; path: string }

export interface Failed {
  /** Of the system, or `overtaken`. */
  code: string | undefined
  message: string
}

export type Reply =
  | { kind: 'written'; writer: number; slot: Slot; failure?: Failed }
  | { kind: 'overtaken'; writer: number }
  | { kind: 'done'; call: number; value: unknown }
  | ({ kind: 'failed'; call: number } & Failed)

export interface WorkerOptions {
  failpoint: ArmedFailpoint | undefined
}

/** A line of one more serving thread. */
export interface WorkerOrder {
  kind: 'line'
  port: MessagePort
  arena: SharedArrayBuffer
}

// On Linux this is the niceness of this thread alone: where cores are short, answering comes before hashing.
// A process that was started with less keeps that: more is for root alone.
if (process.platform === 'linux') setPriority(0, Math.max(getPriority(0), system.priority.PRIORITY_BELOW_NORMAL))
const failpoint = armFailpoint((workerData as WorkerOptions).failpoint, () => process.kill(process.pid, 'SIGKILL'))

/** A writer's file, or why there is none; its orders run one after the other. */
interface Writer {
  path: string
  algorithm: Algorithm
  file: WriteFile | Error
  last: Promise<unknown>
  /** Tells its thread that another writer has the file now. */
  overtaken(): void
}

/** The writer that each path has now, of whichever line. */
const current = new Map<string, Writer>()
const notOpen = new Error('not open yet')
/** Their sync failed: a second one could succeed although the disk lost bytes. Until they are deleted. */
const lost = new Set<string>()
/**
 * Deleted before they were made, the latest ones: a thread had yet to say that it begins a file when another one cancelled its upload. No key is
 * used twice, so a file that came now would be nobody's, and stay.
 */
const gone = new Set<string>()
const mostGone = 10_000

/** One serving thread's writers. */
class Line {
  readonly #port: MessagePort
  readonly #arena: SharedArrayBuffer
  readonly #writers = new Map<number, Writer>()

  constructor(port: MessagePort, arena: SharedArrayBuffer) {
    this.#port = port
    this.#arena = arena
    port.on('message', (order: Order) => this.#take(order))
    // Its thread has ended: whoever goes on with one of its files reads it again.
    port.on('close', () => {
      for (const writer of this.#writers.values()) writer.last = writer.last.then(() => end(writer))
    })
  }

  #take(order: Order): void {
    if (order.kind === 'create') return this.#create(order)
    if (order.kind === 'take') return this.#takeOver(order)
    if (order.kind === 'digest') return void this.#answer(order.call, () => digest(order))
    if (order.kind === 'delete') return void this.#answer(order.call, () => remove(order.path))
    const writer = this.#writers.get(order.writer)
    if (writer) writer.last = writer.last.then(() => this.#obey(writer, order))
  }

  #create(order: Extract<Order, { kind: 'create' }>): void {
    const { path, algorithm } = order
    const writer = {
      path,
      algorithm,
      file: attempt(() => create(order)),
      last: Promise.resolve(),
      overtaken: this.#overtaken(order.writer),
    }
    this.#writers.set(order.writer, writer)
    // A path that is there already may have its writer, who is not overtaken by one that failed.
    if (!(writer.file instanceof Error)) current.set(path, writer)
    if (writer.file === overtaken) writer.overtaken()
  }

  /** From here on the writers before are refused. What they have under way ends before the answer. */
  #takeOver({ writer: number, call, path, algorithm }: Extract<Order, { kind: 'take' }>): void {
    const before = current.get(path)
    const writer: Writer = { path, algorithm, file: notOpen, last: Promise.resolve(), overtaken: this.#overtaken(number) }
    this.#writers.set(number, writer)
    current.set(path, writer)
    before?.overtaken()
    const taken = (before?.last ?? Promise.resolve()).then(async () => {
      if (!before || before.file instanceof Error) return
      if (before.algorithm === algorithm) writer.file = before.file
      else await before.file.close()
    })
    writer.last = taken.catch((error: Error) => (writer.file = error))
    void this.#answer(call, () => taken)
  }

  #overtaken(writer: number): () => void {
    return () => this.#port.postMessage({ kind: 'overtaken', writer } satisfies Reply)
  }

  // What is read again is read in the background: who asks for the size does not wait for it.
  async #resume(writer: Writer, { call, size }: Extract<Order, { kind: 'resume' }>): Promise<void> {
    if (lost.has(writer.path)) return this.#answer(call, () => undefined)
    const opening = current.get(writer.path) === writer ? openAt(writer, size) : Promise.reject(overtaken)
    await this.#answer(call, async () => (await opening).length)
    try {
      const { file, reread } = await opening
      writer.file = file
      await reread
    } catch (error) {
      writer.file = error as Error
    }
  }

  async #obey(writer: Writer, order: Extract<Order, { writer: number }>): Promise<void> {
    if (order.kind === 'create' || order.kind === 'take') return
    if (order.kind === 'resume') return this.#resume(writer, order)
    const file = writer.file instanceof Error || current.get(writer.path) === writer ? writer.file : overtaken
    if (order.kind === 'write') {
      if (!(file instanceof Error)) await this.#write(file, order)
      if (!order.answer) return
      const error = (file instanceof Error ? file : file.failure) as NodeJS.ErrnoException | undefined
      const failure = error && { failure: { code: error.code, message: error.message } }
      this.#port.postMessage({ kind: 'written', writer: order.writer, slot: order.slot, ...failure } satisfies Reply)
      return
    }
    await this.#answer(order.call, async () => {
      if (order.kind === 'close' || order.kind === 'seal') this.#writers.delete(order.writer)
      if (order.kind === 'close') return end(writer)
      if (order.kind === 'seal') return this.#seal(writer, file, order).finally(() => end(writer))
      if (file instanceof Error) throw file
      if (order.kind === 'rest') return file.close()
      return order.kind === 'mark' ? file.mark() : file.rollback()
    })
  }

  // Only the arena surely begins at a page.
  #write(file: WriteFile, { slot, from, to }: Filled): Promise<void> {
    return file.write(bytesOf(this.#arena, slot).subarray(from, to), typeof slot === 'number')
  }

  async #seal({ path }: Writer, file: WriteFile | Error, { algorithm, last }: Extract<Order, { kind: 'seal' }>): Promise<Sealed> {
    if (file instanceof Error) throw file
    try {
      if (last) await this.#write(file, last)
      return await file.seal(algorithm)
    } catch (error) {
      lost.add(path)
      throw error
    }
  }

  async #answer(call: number, work: () => unknown): Promise<void> {
    try {
      this.#port.postMessage({ kind: 'done', call, value: await work() } satisfies Reply)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      this.#port.postMessage({ kind: 'failed', call, code, message } satisfies Reply)
    }
  }
}

parentPort?.on('message', ({ port, arena }: WorkerOrder) => new Line(port, arena))

const overtaken = Object.assign(new Error('another writer went on with the file'), { code: 'overtaken' })

function create({ path, algorithm }: Extract<Order, { kind: 'create' }>): WriteFile {
  if (current.has(path) || gone.has(path)) throw overtaken
  try {
    return WriteFile.create(path, algorithm, failpoint)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? overtaken : error
  }
}

/** The file of the writer before, as it stands at the mark, when it is there; else the file is opened, and read again up to there. */
async function openAt(
  { path, algorithm, file: before }: Writer,
  size: number,
): Promise<{ file: WriteFile; length: number; reread?: Promise<void> }> {
  if (!(before instanceof Error)) {
    if (before.marked === size) return { file: before, length: before.rollback() }
    await before.close()
  }
  const file = WriteFile.resume(path, algorithm, failpoint)
  const length = Math.min(size, file.length)
  return { file, length, reread: file.reread(length) }
}

/** Closes the file, unless another writer has it now. */
async function end(writer: Writer): Promise<void> {
  if (current.get(writer.path) !== writer) return
  current.delete(writer.path)
  if (!(writer.file instanceof Error)) await writer.file.close()
}

async function remove(path: string): Promise<void> {
  const wasThere = removeFile(path)
  lost.delete(path)
  if (wasThere) return
  gone.add(path)
  for (const first of gone) {
    if (gone.size <= mostGone) return
    gone.delete(first)
  }
}

function attempt<Result>(open: () => Result): Result | Error {
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
  const descriptor = attempt(() => openSync(path, toRead | constants.O_NOFOLLOW))
  if (descriptor instanceof Error) {
    if (areLost(descriptor)) return undefined
    throw descriptor
  }
  try {
    const size = Math.min(to, Number(statOfFile(descriptor).size))
    return { hex: await hashFile(descriptor, size, algorithm, from), size: Math.max(0, size - from) }
  } catch (error) {
    if (areLost(error)) return undefined
    throw error
  } finally {
    closeSync(descriptor)
  }
}
