import { fill, type Sizes } from './plan.ts'
import type { Sink } from './sinks.ts'

/**
 * Fills the one registry of a database whose server made it, was pushed one small image and has ended: from that image's rows it is seen where
 * bytes lie.
 */
export async function fillDatabase(sink: Sink, sizes: Sizes, now: number): Promise<void> {
  const number = async (sql: string): Promise<number> => Number((await sink.ask(sql))?.value ?? 0)
  const registryId = await number('SELECT MIN(id) AS value FROM registry')
  const firstRepository = (await number('SELECT MAX(id) AS value FROM repository')) + 1
  const backend = (await sink.ask('SELECT backend AS value FROM object WHERE bytes IS NOT NULL LIMIT 1'))?.value
  if (typeof backend !== 'string' || registryId === 0) throw new Error('no registry with a small image in it')
  const { used } = await fill(sizes, { registryId, backend, firstRepository, now }, sink.add)
  await sink.finish(`UPDATE usage SET used = used + ${used} WHERE registry_id = ${registryId}
    AND slot = (SELECT MIN(slot) FROM usage WHERE registry_id = ${registryId})`)
}
