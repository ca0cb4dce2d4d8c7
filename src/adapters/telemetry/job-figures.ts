import { Gauge, type Registry as Metrics } from 'prom-client'
import { jobKinds, stuckAfter } from '#core/job.ts'
import type { Clock } from '#ports/clock.ts'
import type { JobQueueReads } from '#ports/job-queue.ts'

/** How many jobs there are and for how long: read when somebody asks. A kind without any is told too, so that its line does not come and go. */
export function registerJobFigures(metrics: Metrics, { store, clock }: { store: Pick<JobQueueReads, 'jobFigures'>; clock: Clock }): void {
  const registers = [metrics]
  const read = async () => {
    const now = clock.now()
    const found = new Map((await store.jobFigures({ now, stuckAfter })).map((each) => [each.kind, each]))
    const none = { waiting: 0, running: 0, stuck: 0, oldest: now }
    return [...new Set<string>([...jobKinds, ...found.keys()])].map((kind) => ({ ...none, ...found.get(kind), kind, now }))
  }
  new Gauge({
    name: 'longshore_jobs',
    help: 'Jobs by kind and state; stuck ones wait too, and have failed again and again.',
    labelNames: ['kind', 'state'],
    registers,
    async collect() {
      for (const { kind, ...figures } of await read())
        for (const state of ['waiting', 'running', 'stuck'] as const) this.set({ kind, state }, figures[state])
    },
  })
  new Gauge({
    name: 'longshore_jobs_oldest_seconds',
    help: 'For how long the oldest job of a kind has been asked for.',
    labelNames: ['kind'],
    registers,
    async collect() {
      for (const { kind, oldest, now } of await read()) this.set({ kind }, Math.max(0, now - oldest) / 1000)
    },
  })
}
