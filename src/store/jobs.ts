import type { JobKind } from '#core/job.ts'
import type { Job, JobFigures, NewJob } from '#ports/job-queue.ts'
import type { SqlTransaction } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

const columns = `id, kind, key, payload, run_after AS "runAfter", locked_until AS "lockedUntil", epoch, attempts, last_error AS "lastError",
  created_at AS "createdAt"`

type JobRow = Omit<Job, 'payload'> & { payload: string }
const jobOf = (row: JobRow): Job => ({ ...row, payload: readPayload(row.payload) })

/** One row that the disk has made something else of must not keep all others from being read. */
function readPayload(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Part of the command that causes it. */
export async function askFor(tx: SqlTransaction, { kind, key, payload, runAfter }: NewJob, now: number): Promise<void> {
  await tx.run(
    `INSERT INTO job (kind, key, payload, run_after, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (kind, key) DO UPDATE SET payload = excluded.payload, run_after = excluded.run_after, asked = job.asked + 1,
       attempts = CASE WHEN job.locked_until IS NULL THEN 0 ELSE job.attempts END,
       created_at = CASE WHEN job.locked_until IS NULL THEN job.created_at ELSE excluded.created_at END`,
    kind,
    key,
    JSON.stringify(payload),
    runAfter,
    now,
  )
}

export const putJob: Verb<'putJob'> = (tx, { job, now }) => askFor(tx, job, now)

export const claimJobs: Verb<'claimJobs'> = async (tx, { kinds, now, lockedUntil, limit }) => {
  if (kinds.length === 0) return []
  const due = await tx.all<{ id: number }>(
    `SELECT id FROM job WHERE kind ${tx.among('text')} AND ((locked_until IS NULL AND run_after <= ?) OR locked_until <= ?)
     ORDER BY run_after, id LIMIT ?${tx.skipLocked}`,
    kinds,
    now,
    now,
    limit,
  )
  const claimed: Job[] = []
  for (const { id } of due) {
    const row = await tx.get<JobRow>(
      `UPDATE job SET locked_until = ?, epoch = epoch + 1, attempts = attempts + 1, taken = asked WHERE id = ? RETURNING ${columns}`,
      lockedUntil,
      id,
    )
    if (row) claimed.push(jobOf(row))
  }
  return claimed
}

/** A claim that is its worker's still. */
const mine = 'WHERE id = ? AND epoch = ? AND locked_until IS NOT NULL'

export const renewJob: Verb<'renewJob'> = async (tx, { id, epoch, lockedUntil }) =>
  (await tx.run(`UPDATE job SET locked_until = ? ${mine}`, lockedUntil, id, epoch)) > 0

export const finishJob: Verb<'finishJob'> = async (tx, { id, epoch }) => {
  if ((await tx.run(`DELETE FROM job ${mine} AND asked = taken`, id, epoch)) > 0) return true
  return (await tx.run(`UPDATE job SET locked_until = NULL, attempts = 0, last_error = NULL ${mine}`, id, epoch)) > 0
}

export const failJob: Verb<'failJob'> = async (tx, { id, epoch, runAfter, error }) =>
  (await tx.run(`UPDATE job SET locked_until = NULL, run_after = ?, last_error = ? ${mine}`, runAfter, error, id, epoch)) > 0

export const retryJob: Verb<'retryJob'> = async (tx, { id, now }) =>
  (await tx.run('UPDATE job SET run_after = ?, attempts = 0 WHERE id = ? AND locked_until IS NULL', now, id)) > 0

export const jobs: Read<'jobs'> = async (db, { failed, after, limit }) =>
  (
    await db.all<JobRow>(
      `SELECT ${columns} FROM job WHERE id > ?${failed === undefined ? '' : ' AND locked_until IS NULL AND attempts >= ?'} ORDER BY id LIMIT ?`,
      after,
      ...(failed === undefined ? [] : [failed]),
      limit,
    )
  ).map(jobOf)

export const jobsDue: Read<'jobsDue'> = async (db, now) =>
  (await db.get('SELECT 1 FROM job WHERE (locked_until IS NULL AND run_after <= ?) OR locked_until <= ? LIMIT 1', now, now)) !== undefined

export const jobFigures: Read<'jobFigures'> = async (db, { now, stuckAfter }) =>
  db.all<JobFigures & { kind: JobKind }>(
    `SELECT kind, SUM(CASE WHEN locked_until > ? THEN 0 ELSE 1 END) AS waiting, SUM(CASE WHEN locked_until > ? THEN 1 ELSE 0 END) AS running,
       SUM(CASE WHEN locked_until IS NULL AND attempts >= ? THEN 1 ELSE 0 END) AS stuck, MIN(created_at) AS oldest
     FROM job GROUP BY kind ORDER BY kind`,
    now,
    now,
    stuckAfter,
  )
