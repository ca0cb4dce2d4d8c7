import { readFileSync } from 'node:fs'

export interface MemoryUse {
  /** MiB in memory now, and the most there ever were. */
  rss: number
  highest: number
}

/** From the kernel's own book of the process; the highest mark sees what lies between samples. */
export function memoryOf(pid: number): MemoryUse {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  return { rss: field('VmRSS'), highest: field('VmHWM') }
}

/** What a process has used of the processors, in seconds; to a hundredth, as the kernel's ticks are. */
export function processorSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Behind the name, which may hold spaces: utime and stime are the fields 14 and 15.
  const [user = 0, system = 0] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user + system) / 100
}

/** Samples while `work` runs; answers the highest sample and the kernel's mark afterwards, in MiB. */
export async function highestWhile(pid: number, work: () => Promise<void>): Promise<{ sampled: number; mark: number }> {
  let sampled = 0
  const sample = (): void => {
    sampled = Math.max(sampled, memoryOf(pid).rss)
  }
  const timer = setInterval(sample, 200)
  try {
    sample()
    await work()
    sample()
  } finally {
    clearInterval(timer)
  }
  return { sampled, mark: memoryOf(pid).highest }
}
