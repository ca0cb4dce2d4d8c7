import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { asDamage, DamagedDatabase } from './damage.ts'
import { SqliteConnection } from './connection.ts'
import { makePrivate } from './private-file.ts'

export interface FactsCopyJob {
  from: string
  to: string
}

// What belongs to the process that runs, not to the copy: sessions, their files, and files that wait to be deleted.
const leaveOut = [
  'DELETE FROM upload',
  'UPDATE usage SET reserved = 0, condemned = 0',
  `DELETE FROM object WHERE state IN ('staging', 'condemned', 'deleted')`,
]

const { from, to } = workerData as FactsCopyJob
try {
  copyAll()
  parentPort?.postMessage({ result: true })
} catch (error) {
  const damage = asDamage(error, from)
  if (!(damage instanceof DamagedDatabase)) throw error
  parentPort?.postMessage({ damaged: damage.finding, path: from })
}

function copyAll(): void {
  const source = new DatabaseSync(from, { readOnly: true, timeout: 5000 })
  try {
    makePrivate(to)
    source.prepare('VACUUM INTO ?').run(to)
  } finally {
    source.close()
  }
  const copy = new SqliteConnection(to)
  try {
    copy.database.exec('BEGIN')
    for (const statement of leaveOut) copy.run(statement)
    copy.database.exec('COMMIT')
    // One file without companions, which opens on a disk that is not to be written.
    copy.database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE')
  } finally {
    copy.close()
  }
}
