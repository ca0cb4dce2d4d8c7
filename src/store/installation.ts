import { longestBackOff } from '#core/job.ts'
import type { Installation, TimeMark } from '#ports/installation.ts'
import { hasFile } from './migrations/content-tables.ts'
import type { Read, Verb } from './verb.ts'

export const installation: Read<'installation'> = async (db) => {
  const row = await db.get<{ keyCheck: string; begun: number; ownerSealed: string | null; passwordsShown: number }>(
    'SELECT key_check AS "keyCheck", begun, owner_sealed AS "ownerSealed", passwords_shown AS "passwordsShown" FROM installation',
  )
  return row && ({ ...row, begun: row.begun === 1, passwordsShown: row.passwordsShown === 1 } satisfies Installation)
}

export const timeMark: Read<'timeMark'> = (db) =>
  Promise.resolve(db.get<TimeMark>('SELECT wall, uptime, boot, rest_left AS "restLeft" FROM time_mark'))

export const hasFiles: Read<'hasFiles'> = async (db) => (await db.get(`SELECT 1 FROM object WHERE ${hasFile} LIMIT 1`)) !== undefined

export const putInstallation: Verb<'putInstallation'> = async (tx, { keyCheck, begun, ownerSealed, passwordsShown }) => {
  await tx.run(
    `INSERT INTO installation (id, key_check, begun, owner_sealed, passwords_shown) VALUES (1, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET key_check = excluded.key_check, begun = excluded.begun, owner_sealed = excluded.owner_sealed,
       passwords_shown = excluded.passwords_shown`,
    keyCheck,
    Number(begun),
    ownerSealed,
    Number(passwordsShown),
  )
}

export const putTimeMark: Verb<'putTimeMark'> = async (tx, { wall, uptime, boot, restLeft }) => {
  await tx.run(
    `INSERT INTO time_mark (id, wall, uptime, boot, rest_left) VALUES (1, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET wall = excluded.wall, uptime = excluded.uptime, boot = excluded.boot, rest_left = excluded.rest_left`,
    wall,
    uptime,
    boot,
    restLeft,
  )
}

export const clockJumped: Verb<'clockJumped'> = async (tx, { from, now, lease, uploadLife, signingLife }) => {
  await tx.run(`UPDATE upload SET expires_at = ? WHERE state = 'open' AND expires_at > 0`, now + uploadLife)
  if (from <= now) return
  const bringNear = async (table: string, column: string, most: number) => {
    await tx.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} > ?`, now + most, now + most)
  }
  await bringNear('upload', 'expires_at', uploadLife)
  await bringNear('manifest', 'lease_until', lease)
  await bringNear('repo_blob', 'lease_until', lease)
  await bringNear('repo_blob', 'relied_at', 0)
  await tx.run(`UPDATE object SET condemned_at = ? WHERE state = 'condemned' AND condemned_at > ?`, now, now)
  await bringNear('gc_queue', 'review_after', lease)
  await bringNear('tag', 'since', 0)
  await bringNear('tag_history', 'since', 0)
  await bringNear('tag_history', 'until', 0)
  await bringNear('job', 'run_after', longestBackOff)
  await bringNear('signing_key', 'sign_until', signingLife)
  await bringNear('signing_key', 'created_at', 0)
  await bringNear('operation', 'ended_at', 0)
  // Only the oldest are looked at when they are taken away: one of years ahead would keep all that came after it.
  await bringNear('event', 'at', 0)
  // Up to the moment that was taken for now: what is to begin later was meant to.
  await tx.run('UPDATE directory_secret SET starts_at = ? WHERE starts_at > ? AND starts_at <= ?', now, now, from)
}
