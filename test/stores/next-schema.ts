import type { Migration } from '#store/migrations/migration.ts'
import { migrations as before, schemaVersion as newest } from '../../src/store/schema.ts'

const version = newest + 1

/** What the program of before need not know, and what it is said not to run on. */
const kinds: Readonly<Record<string, Migration>> = {
  additive: {
    version,
    opensFrom: newest,
    statements: () => [
      'ALTER TABLE repository ADD COLUMN next TEXT',
      'CREATE TABLE next (id INTEGER PRIMARY KEY)',
      'CREATE INDEX next_tag ON tag (since)',
    ],
  },
  breaking: {
    version,
    opensFrom: version,
    statements: () => ['CREATE TABLE next (id INTEGER PRIMARY KEY)'],
  },
}

const step = kinds[process.env.NEXT_MIGRATION ?? '']
if (!step) throw new Error('NEXT_MIGRATION says which migration the next version has')

export const migrations: readonly Migration[] = [...before, step]
export const schemaVersion = version
