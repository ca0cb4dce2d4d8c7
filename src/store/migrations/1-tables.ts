import { contentTables } from './content-tables.ts'
import { controlTables } from './control-tables.ts'
import { historyTables } from './history-tables.ts'
import type { Migration } from './migration.ts'

/** Everything, as it stands before the first release. From then on a change is a migration of its own. */
export const tables: Migration = {
  version: 1,
  opensFrom: 1,
  statements: (dialect) => [...contentTables(dialect), ...controlTables(dialect), ...historyTables(dialect), ...dialect.own],
}
