import { getPriority, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { hashPassword, isPassword } from './argon2.ts'

export type PasswordJob = { password: string; hash?: string }
export type PasswordAnswer = { result: string | boolean } | { error: string }

// Of this thread alone (on Linux): pulls and pushes go first where there are few processors.
setPriority(Math.max(getPriority(), 10))

parentPort?.on('message', ({ password, hash }: PasswordJob) => {
  try {
    const result = hash === undefined ? hashPassword(password) : isPassword(password, hash)
    parentPort?.postMessage({ result } satisfies PasswordAnswer)
  } catch (error) {
    parentPort?.postMessage({ error: String(error) } satisfies PasswordAnswer)
  }
})
