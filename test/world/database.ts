import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A PostgreSQL in which each data folder of the tests has a database of its own; without it they have SQLite. */
const databases = process.env.TEST_DATABASES

let made = 0

/** Says in the folder's settings where its facts are. */
export function giveDatabase(dataDir: string): void {
  if (databases === undefined) return
  const name = `w${process.pid}_${++made}`
  execFileSync('psql', ['--quiet', '--no-psqlrc', databases, '--command', `CREATE DATABASE ${name}`])
  const url = new URL(databases)
  url.pathname = `/${name}`
  writeFileSync(join(dataDir, 'longshore.yaml'), `store: ${url.href}\nstoreConnections: 4\n`)
}
