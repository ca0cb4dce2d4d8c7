import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** A PostgreSQL in which each data folder of the tests has a database of its own; without it they have SQLite. */
const databases = process.env.TEST_DATABASES

export const onPostgres = databases !== undefined

let made = 0

/** Says in the folder's settings where its facts are: in an empty database, or in one with all that another folder's has while nobody uses that. */
export function giveDatabase(dataDir: string, like?: string): void {
  if (databases === undefined) return
  const name = `w${process.pid}_${++made}`
  const template = like === undefined ? '' : ` TEMPLATE ${new URL(databaseOf(like) ?? '').pathname.slice(1)}`
  execFileSync('psql', ['--quiet', '--no-psqlrc', databases, '--command', `CREATE DATABASE ${name}${template}`])
  const url = new URL(databases)
  url.pathname = `/${name}`
  writeFileSync(settingsOf(dataDir), `store: ${url.href}\nstoreConnections: 4\n`)
}

/** The URL of the folder's database; undefined where it is a file in it. */
export function databaseOf(dataDir: string): string | undefined {
  const path = settingsOf(dataDir)
  return existsSync(path) ? (parse(readFileSync(path, 'utf8')) as { store?: string }).store : undefined
}

const settingsOf = (dataDir: string): string => join(dataDir, 'longshore.yaml')
