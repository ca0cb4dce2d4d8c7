import type { Migration } from './migration.ts'

/** registry.data_location: of its data endpoint, as its resource has it; null without one. */
export const dataEndpointMigration: Migration = {
  version: 4,
  statements: () => [
    `ALTER TABLE registry ADD COLUMN data_location TEXT`,
    // A quote in a text of somebody's has a backslash before it: this finds the property alone.
    `UPDATE registry SET data_location = (
      SELECT location FROM resource WHERE key = registry.resource_key AND body LIKE '%"dataEndpointEnabled":true%')`,
  ],
}
