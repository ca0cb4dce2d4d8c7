import { tables } from './migrations/1-tables.ts'
import type { Migration } from './migrations/migration.ts'

export const migrations: readonly Migration[] = [tables]

/** The newest version that this program can open. */
export const schemaVersion = migrations.at(-1)?.version ?? 0
