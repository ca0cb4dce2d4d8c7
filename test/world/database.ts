import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'

/** The URL of a bucket in which each data folder of the tests has a prefix of its own; without it their blobs are files. */
const buckets = process.env.TEST_BLOBS

/** Of a test that looks into the objects of a data folder, or changes them: where blobs lie in a bucket it has none. */
export const testOfFiles: (name: string, work: () => Promise<void>) => void =
  buckets === undefined ? (...all) => void test(...all) : () => {}

/** A PostgreSQL in which each data folder of the tests has a database of its own; without it they have SQLite. */
const databases = process.env.TEST_DATABASES

/** What a server of its own must know of that bucket beside its URL. */
const bucketKeys: Record<string, string> = Object.fromEntries(
  ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AZURE_STORAGE_KEY'].flatMap((name) => {
    const value = process.env[name]
    return buckets === undefined || value === undefined ? [] : [[name, value]]
  }),
)

/** Of a process that a test starts: nothing of this one's own but where programs are, and what opens the bucket of its data folder. */
export const environmentWith = (settings: Record<string, string>): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  ...bucketKeys,
  ...settings,
})

export const onPostgres = databases !== undefined
export const onBucket = buckets !== undefined

/**
 * Says in the folder's settings where its facts and its blobs are: the facts in an empty database, or in one with all that another folder's has while
 * nobody uses that. Objects in a bucket are the caller's to copy.
 */
export function giveDatabase(dataDir: string, like?: string): void {
  const name = newName()
  const blobs = prefixOf(name)
  const lines = [...databaseLines(name, like), ...(blobs === undefined ? [] : [`blobs: ${blobs}`])]
  if (lines.length > 0) writeFileSync(settingsOf(dataDir), `${lines.join('\n')}\n`)
}

/** One that no other run of a test has: there are few numbers of processes, and they come again. */
const newName = (): string => `w${randomBytes(8).toString('hex')}`

/** The URL of a prefix in the tests' bucket; undefined where blobs are files. */
export function prefixOf(name = newName()): string | undefined {
  if (buckets === undefined) return undefined
  const url = new URL(buckets)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${name}`
  return url.href
}

function databaseLines(name: string, like: string | undefined): string[] {
  if (databases === undefined) return []
  const template = like === undefined ? '' : ` TEMPLATE ${new URL(databaseOf(like) ?? '').pathname.slice(1)}`
  execFileSync('psql', ['--quiet', '--no-psqlrc', databases, '--command', `CREATE DATABASE ${name}${template}`])
  const url = new URL(databases)
  url.pathname = `/${name}`
  return [`store: ${url.href}`, 'storeConnections: 4']
}

/** The URL of the folder's database; undefined where it is a file in it. */
export const databaseOf = (dataDir: string): string | undefined => settingsIn(dataDir).store

/** The URL of the folder's objects; undefined where they are files in it. */
export const blobsOf = (dataDir: string): string | undefined => settingsIn(dataDir).blobs

function settingsIn(dataDir: string): { store?: string; blobs?: string } {
  const path = settingsOf(dataDir)
  return existsSync(path) ? (parse(readFileSync(path, 'utf8')) as { store?: string; blobs?: string }) : {}
}

const settingsOf = (dataDir: string): string => join(dataDir, 'longshore.yaml')
