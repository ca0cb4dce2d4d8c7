import { createHmac, randomBytes } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { RegistryError } from '#core/registry-error.ts'
import type { PasswordHasher } from '#ports/password-hasher.ts'
import { hashPassword, isPassword } from './argon2.ts'
import type { PasswordAnswer, PasswordJob } from './password-worker.ts'

/** In the calling thread: for programs that serve nobody meanwhile. */
export const argon2Hasher: PasswordHasher = {
  hash: async (password) => hashPassword(password),
  verify: async (password, hash) => isPassword(password, hash),
}

interface Waiting extends PasswordJob {
  resolve: (result: string | boolean) => void
  reject: (error: Error) => void
}

/**
 * Threads of their own, which begin with a password and end when none has come for a while, since each takes some 11 MiB: libuv's
 * pool reads and writes the files of blobs. Who waits stands in one of two short lines, those who are known first; beyond them it is `overloaded`.
 */
export class PasswordWorkers implements PasswordHasher {
  readonly #most: number
  readonly #longestLine: number
  readonly #restsFor: number
  readonly #idle: { worker: Worker; ends: NodeJS.Timeout }[] = []
  #threads = 0
  readonly #known: Waiting[] = []
  readonly #others: Waiting[] = []
  readonly #checked = new CheckedPasswords()

  /** @param restsFor milliseconds after which a thread without a password ends */
  constructor({ threads, longestLine, restsFor = 10_000 }: { threads: number; longestLine: number; restsFor?: number }) {
    this.#most = threads
    this.#restsFor = restsFor
    this.#longestLine = longestLine
  }

  async hash(password: string): Promise<string> {
    return String(await this.#run({ password }, this.#known))
  }

  async verify(password: string, hash: string, { known = false }: { known?: boolean } = {}): Promise<boolean> {
    if (this.#checked.has(password, hash)) return true
    const good = (await this.#run({ password, hash }, known ? this.#known : this.#others)) === true
    if (good) this.#checked.add(password, hash)
    return good
  }

  #run(job: PasswordJob, line: Waiting[]): Promise<string | boolean> {
    if (line.length >= this.#longestLine)
      throw new RegistryError('overloaded', 'too many passwords are being checked: try again', { retryAfter: 2 })
    return new Promise((resolve, reject) => {
      line.push({ ...job, resolve, reject })
      this.#next()
    })
  }

  #next(): void {
    if (this.#known.length + this.#others.length === 0) return
    const worker = this.#wake() ?? (this.#threads < this.#most ? this.#begin() : undefined)
    const job = worker && (this.#known.shift() ?? this.#others.shift())
    if (!job) return
    const { resolve, reject, ...asked } = job
    // A process that has nothing else to do ends although threads stand ready, but not in the middle of a password.
    worker.ref()
    const answered = (answer: PasswordAnswer) => {
      worker.off('error', failed)
      worker.unref()
      if ('error' in answer) reject(new Error(answer.error))
      else resolve(answer.result)
      this.#rest(worker)
      this.#next()
    }
    const failed = (error: unknown) => {
      worker.off('message', answered)
      this.#threads--
      reject(error instanceof Error ? error : new Error(String(error)))
      this.#next()
    }
    worker.once('message', answered)
    worker.once('error', failed)
    worker.postMessage(asked)
  }

  #begin(): Worker {
    this.#threads++
    return new Worker(new URL('./password-worker.ts', import.meta.url))
  }

  #wake(): Worker | undefined {
    const rested = this.#idle.pop()
    clearTimeout(rested?.ends)
    return rested?.worker
  }

  #rest(worker: Worker): void {
    const end = () => {
      const at = this.#idle.findIndex((each) => each.worker === worker)
      this.#idle.splice(at, 1)
      this.#threads--
      void worker.terminate()
    }
    this.#idle.push({ worker, ends: setTimeout(end, this.#restsFor).unref() })
  }

  async close(): Promise<void> {
    for (const { ends } of this.#idle) clearTimeout(ends)
    await Promise.all(this.#idle.splice(0).map(({ worker }) => worker.terminate()))
  }
}

const mostChecked = 1000
const checkedFor = 15 * 60_000

/**
 * Right passwords of the last minutes, so that a program which shows the same one each time costs one hash. Known by an HMAC
 * under a key of this process over the stored string, which is another one as soon as the password is renewed.
 */
class CheckedPasswords {
  readonly #key = randomBytes(32)
  readonly #until = new Map<string, number>()

  has(password: string, hash: string): boolean {
    return (this.#until.get(this.#nameOf(password, hash)) ?? 0) > performance.now()
  }

  add(password: string, hash: string): void {
    const [oldest] = this.#until.keys()
    if (this.#until.size >= mostChecked && oldest !== undefined) this.#until.delete(oldest)
    this.#until.set(this.#nameOf(password, hash), performance.now() + checkedFor)
  }

  #nameOf(password: string, hash: string): string {
    return createHmac('sha256', this.#key).update(`${hash}\0${password}`).digest('base64')
  }
}
