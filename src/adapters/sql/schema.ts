import { registryMigration } from './migrations/1-registry.ts'
import { controlMigration } from './migrations/2-control.ts'
import { attributesMigration } from './migrations/3-attributes.ts'
import { dataEndpointMigration } from './migrations/4-data-endpoint.ts'
import { resourceKindsMigration } from './migrations/5-resource-kinds.ts'
import type { Migration } from './migrations/migration.ts'

export const migrations: readonly Migration[] = [
  registryMigration,
  controlMigration,
  attributesMigration,
  dataEndpointMigration,
  resourceKindsMigration,
]

/** The newest version that this program can open. */
export const schemaVersion = migrations.at(-1)?.version ?? 0
