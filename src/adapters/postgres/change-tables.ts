/**
 * change_log  what each command changed of what servers keep in memory, written with its COMMIT. The newest of what = 'pruned' says in `hash`
 *             up to which transaction rows may have been taken away
 */
export const changeTables: readonly string[] = [
  `CREATE TABLE change_log (xid xid8 NOT NULL DEFAULT pg_current_xact_id(), what TEXT COLLATE "C" NOT NULL, hash BIGINT NOT NULL)`,
  'CREATE INDEX change_log_xid ON change_log (xid)',
  // Its rows live for seconds.
  `ALTER TABLE change_log SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0,
     autovacuum_analyze_threshold = 50000)`,
]
