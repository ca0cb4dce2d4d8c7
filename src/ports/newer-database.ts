/** The database was made by a newer program. */
export class NewerDatabase extends Error {
  /** @param newest that this program opens */
  constructor(found: number, newest: number) {
    super(
      `the database has schema version ${found}, this program opens up to ${newest}: start the newer Longshore that wrote it, or restore a backup from before the upgrade`,
    )
  }
}
