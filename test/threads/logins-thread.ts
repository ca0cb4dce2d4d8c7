import { parentPort, workerData } from 'node:worker_threads'
import { SignInRefused } from '#app/identity/sign-in-refusal.ts'
import { throttlePassword } from '#app/identity/throttling.ts'
import { FailedLogins, type LoginsMemory } from '#app/tokens/rate-limits.ts'
import { seatOf, type ThreadData } from './threads.ts'

const data = workerData as ThreadData<LoginsMemory>
const failedLogins = new FailedLogins({ now: () => 0, elapsed: () => 1000 }, { seat: seatOf(data), memory: data.memory })

const judge = async (): Promise<never> => {
  await new Promise((resolve) => setTimeout(resolve, 2))
  throw new SignInRefused('password-wrong')
}
const guess = (address: string): Promise<string> =>
  throttlePassword({ failedLogins }, { address, name: 'alice', familiar: false }, judge).catch(
    (error: SignInRefused) => error.reason ?? String(error),
  )

parentPort?.on('message', async ({ address, guesses }: { address: string; guesses: number }) => {
  parentPort?.postMessage(await Promise.all(Array.from({ length: guesses }, () => guess(address))))
})
