import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { asDamage, DamagedDatabase, findingsIn } from './damage.ts'

// The whole check reads every page and every index: minutes, of a large database.
const path = workerData as string
parentPort?.postMessage({ result: findings() })

function findings(): string[] {
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
    try {
      return findingsIn(database, 'whole')
    } finally {
      database.close()
    }
  } catch (error) {
    const damage = asDamage(error, path)
    if (damage instanceof DamagedDatabase) return [damage.finding]
    throw error
  }
}
