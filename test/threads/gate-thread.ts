import { parentPort, workerData } from 'node:worker_threads'
import type { GateMemory } from '#http/gate-memory.ts'
import { Gate } from '#http/gate.ts'
import { seatOf, type ThreadData } from './threads.ts'

export interface GateScene {
  gate: GateMemory
  limits: { most: number; mostOfOne: number }
  /** Of all threads: who is inside now, and the most there ever were; then the same of each address. */
  seen: Int32Array
}

export type GateDeed = { does: 'enter' | 'leave'; address: string } | { does: 'rush'; times: number; clients: number; addresses: number }

const data = workerData as ThreadData<GateScene>
const { gate: memory, limits, seen } = data.memory
const gate = new Gate({ ...limits, longestLine: 1000, longestWait: 60_000 }, seatOf(data), memory)

function note(at: number, by: 1 | -1): void {
  const now = Atomics.add(seen, at, by) + by
  for (let most = Atomics.load(seen, at + 1); now > most; most = Atomics.load(seen, at + 1))
    Atomics.compareExchange(seen, at + 1, most, now)
}

/** Each client comes in, does something, and comes again. */
async function rush({ times, clients, addresses }: { times: number; clients: number; addresses: number }): Promise<number> {
  let admitted = 0
  const client = async (index: number) => {
    const address = `10.0.0.${index % addresses}`
    for (let time = 0; time < times; time++) {
      if (!gate.tryEnter(address) && !(await gate.enter(address))) continue
      admitted++
      for (const at of [0, 2 + 2 * (index % addresses)]) note(at, 1)
      if (time % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
      for (const at of [0, 2 + 2 * (index % addresses)]) note(at, -1)
      gate.leave(address)
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)))
  return admitted
}

parentPort?.on('message', async (deed: GateDeed) => {
  if (deed.does === 'enter') parentPort?.postMessage(await gate.enter(deed.address))
  else if (deed.does === 'rush') parentPort?.postMessage(await rush(deed))
  else {
    gate.leave(deed.address)
    parentPort?.postMessage(gate.inside)
  }
})
