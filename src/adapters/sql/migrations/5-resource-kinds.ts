import type { Migration } from './migration.ts'

/** Lists ask for a type in lower case, in the order of keys: what has many children is not read through for its few siblings. */
export const resourceKindsMigration: Migration = {
  version: 5,
  statements: () => [`DROP INDEX resource_type`, `CREATE INDEX resource_kind ON resource (lower(type), key)`],
}
