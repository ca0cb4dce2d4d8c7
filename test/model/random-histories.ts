import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { chance } from './chance.ts'
import { History } from './history.ts'
import { type Places, newWorldRegistry, World } from './world.ts'

const lanes = 6
const steps = 40
const given = process.env.TEST_SEED

/**
 * Random histories of a registry, against a model in plain maps. TEST_SEED=… runs one of them again.
 * @param placesOf a world that would be kept in this folder; without it SQLite and files
 */
export function randomHistories(on: string, histories: number, placesOf?: (folder: string) => Promise<Places>): void {
  assert.ok(histories >= lanes, `${histories} histories`)
  describe(`a registry on ${on} and its model`, { concurrency: lanes }, () => {
    for (let lane = 0; lane < lanes; lane++)
      test(`whatever happens to a registry, it shows what the model shows (lane ${lane})`, async () => {
        const folder = mkdtempSync(join(tmpdir(), 'longshore-model-'))
        const world = await World.open(folder, await placesOf?.(folder))
        const first = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given)
        try {
          for (let each = 0; each < (given === undefined ? histories / lanes : 1); each++) await run(world, (first + each) >>> 0)
        } finally {
          await world.close()
          rmSync(folder, { recursive: true })
        }
      })
  })
}

async function run(world: World, seed: number): Promise<void> {
  const registry = await newWorldRegistry(world.store)
  const history = new History(world, registry, seed)
  const random = chance(seed ^ 0x5eed)
  const restartAt = random(4) === 0 ? random(steps) : -1
  try {
    for (let step = 0; step < steps; step++) {
      if (step === restartAt) await history.restart()
      await history.step()
    }
    await history.settle()
  } catch (error) {
    throw new Error(`TEST_SEED=${seed} fails at step ${history.trace.length}:\n  ${history.trace.join('\n  ')}`, { cause: error })
  }
}
