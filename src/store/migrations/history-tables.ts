import type { Dialect } from './migration.ts'

/**
 * event         what happened, in the transaction of what did it. (xid, seq) is the order of commits: a seq is given out before its commit, so
 *               that alone it could be seen after a greater one. The index is a registry's: nothing follows the events of all of them
 * tag_history   which digest a tag had, from when until when; what it has now is in the tag itself
 * job           what is to be done (ports/job-queue.ts): `asked` counts who wanted it, `taken` is that count when it was claimed
 */
export const historyTables = ({ identity, text, bigint, bytes, transactionId }: Dialect): string[] => [
  `CREATE TABLE event (
      seq ${identity}, xid ${transactionId}, registry_id ${bigint} NOT NULL, at ${bigint} NOT NULL, kind ${text} NOT NULL,
      details ${text} NOT NULL, caused_by ${text})`,
  `CREATE INDEX event_of ON event (registry_id, xid, seq)`,
  `CREATE TABLE tag_history (
      id ${identity}, registry_id ${bigint} NOT NULL, repository ${text} NOT NULL, tag ${text} NOT NULL, digest ${bytes} NOT NULL,
      since ${bigint} NOT NULL, until ${bigint} NOT NULL, caused_by ${text})`,
  `CREATE INDEX tag_history_of ON tag_history (registry_id, repository, tag, id)`,
  `CREATE INDEX tag_history_over ON tag_history (until)`,
  `CREATE INDEX tag_history_past ON tag_history (registry_id, id)`,
  `CREATE TABLE job (
      id ${identity}, kind ${text} NOT NULL, key ${text} NOT NULL, payload ${text} NOT NULL, run_after ${bigint} NOT NULL, locked_until ${bigint},
      epoch INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, asked INTEGER NOT NULL DEFAULT 1, taken INTEGER NOT NULL DEFAULT 0,
      last_error ${text}, created_at ${bigint} NOT NULL, UNIQUE (kind, key))`,
  `CREATE INDEX job_due ON job (run_after, id)`,
  `CREATE INDEX job_claimed ON job (locked_until) WHERE locked_until IS NOT NULL`,
]
