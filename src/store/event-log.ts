import type { AnyEvent, EventKind } from '#core/event.ts'
import type { Tag } from '#core/reference.ts'
import type { StoredEvent, TagPeriod } from '#ports/event-log.ts'
import { type StoredDigest, withDigest } from './stored-digest.ts'
import type { Noted, SqlTransaction, SqlValue } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

/** Tells what the command does; written when all else is, so that nobody waits for it. */
export function noteEvent(tx: SqlTransaction, event: Noted): void {
  tx.noted.push(event)
}

/** How many rows a statement makes: few forms, so that each is prepared once. */
const atOnce = [256, 16, 4, 1]

function* inParts(events: readonly Noted[]): Generator<readonly Noted[]> {
  let at = 0
  for (const together of atOnce) for (; at + together <= events.length; at += together) yield events.slice(at, at + together)
}

/** @param by who asked for the command, where an event does not name another */
export async function writeEvents(tx: SqlTransaction, by: string | null): Promise<void> {
  for (const part of inParts(tx.noted)) {
    const values = part.flatMap((each): SqlValue[] => [each.registryId, each.kind, JSON.stringify(each.details), each.by ?? by])
    await tx.run(
      `INSERT INTO event (registry_id, kind, details, caused_by, at) VALUES ${part.map(() => `(?, ?, ?, ?, ${tx.clock})`).join(', ')}`,
      ...values,
    )
  }
  tx.noted.length = 0
}

interface EventRow {
  xid: number
  seq: number
  registryId: number
  at: number
  kind: EventKind
  details: string
  by: string | null
}

const eventOf = ({ xid, seq, details, ...row }: EventRow): StoredEvent =>
  ({ ...row, place: `${xid}.${seq}`, details: JSON.parse(details) }) as StoredEvent & AnyEvent

export const events: Read<'events'> = async (db, { registryId, after, limit }) => {
  const [xid = 0, seq = 0] = after === '' ? [-1, -1] : after.split('.').map(Number)
  const of = registryId === undefined ? [] : [registryId]
  const rows = await db.all<EventRow>(
    `SELECT xid, seq, registry_id AS "registryId", at, kind, details, caused_by AS "by" FROM event
     WHERE ${of.length > 0 ? 'registry_id = ? AND ' : ''}(xid, seq) > (?, ?)${db.inCommitOrder} ORDER BY xid, seq LIMIT ?`,
    ...of,
    xid,
    seq,
    limit,
  )
  return rows.map(eventOf)
}

export const noteEvents: Verb<'noteEvents'> = async (tx, { events: given }) => {
  for (const each of given) noteEvent(tx, each)
}

/** What a tag stands for now is in its row; what it stood for before is written when that ends. The caller holds the rows. */
export async function endPeriods(tx: SqlTransaction, repositoryId: number, now: number, names?: readonly Tag[]): Promise<void> {
  await tx.run(
    `INSERT INTO tag_history (registry_id, repository, tag, digest, since, until, caused_by)
     SELECT repository.registry_id, repository.name, tag.name, tag.digest, tag.since, CAST(? AS BIGINT), tag.put_by
     FROM tag JOIN repository ON repository.id = tag.repo_id
     WHERE tag.repo_id = ?${names ? ` AND tag.name ${tx.among('text')}` : ''} ORDER BY tag.name`,
    now,
    repositoryId,
    ...(names ? [names] : []),
  )
}

export const tagHistory: Read<'tagHistory'> = async (db, registryId, name, { tag, limit }) => {
  const of = tag === undefined ? [registryId, name] : [registryId, name, tag]
  const named = (column: string) => (tag === undefined ? '' : ` AND ${column} = ?`)
  const rows = await db.all<Omit<TagPeriod, 'digest'> & { digest: StoredDigest }>(
    `SELECT tag.name AS tag, tag.digest AS digest, tag.since AS "from", CAST(NULL AS BIGINT) AS until, tag.put_by AS "by"
     FROM repository JOIN tag ON tag.repo_id = repository.id
     WHERE repository.registry_id = ? AND repository.name = ? AND repository.state = 'live'${named('tag.name')}
     UNION ALL SELECT tag, digest, since, until, caused_by FROM tag_history WHERE registry_id = ? AND repository = ?${named('tag')}
     ORDER BY 3 DESC, 4 DESC, 1 LIMIT ?`,
    ...of,
    ...of,
    limit,
  )
  return rows.map(withDigest)
}

export const boundHistory: Verb<'boundHistory'> = async (tx, { registryId, most, limit }) => {
  const periods = await tx.run(
    `DELETE FROM tag_history WHERE id IN (
       SELECT id FROM tag_history WHERE registry_id = ? AND id <=
         (SELECT id FROM tag_history WHERE registry_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)
       ORDER BY id LIMIT ?)`,
    registryId,
    registryId,
    most,
    limit,
  )
  const events = await tx.run(
    `DELETE FROM event WHERE seq IN (
       SELECT seq FROM event WHERE registry_id = ? AND (xid, seq) <=
         (SELECT xid, seq FROM event WHERE registry_id = ? ORDER BY xid DESC, seq DESC LIMIT 1 OFFSET ?)
       ORDER BY xid, seq LIMIT ?)`,
    registryId,
    registryId,
    most,
    limit,
  )
  return periods + events
}

export const reapHistory: Verb<'reapHistory'> = async (tx, { before, limit }) => {
  // Only the oldest are looked at: a pass reads as many rows as it may take, however many there are.
  const gone = await tx.run(
    'DELETE FROM event WHERE seq IN (SELECT seq FROM (SELECT seq, at FROM event ORDER BY seq LIMIT ?) AS oldest WHERE at < ?)',
    limit,
    before,
  )
  if (gone >= limit) return gone
  const over = await tx.run(
    'DELETE FROM tag_history WHERE id IN (SELECT id FROM tag_history WHERE until < ? ORDER BY until LIMIT ?)',
    before,
    limit - gone,
  )
  if (gone + over >= limit) return gone + over
  // Those of a registry that is gone nobody can ask for.
  const orphaned = await tx.run(
    `DELETE FROM tag_history WHERE id IN (SELECT tag_history.id FROM tag_history JOIN registry ON registry.id = tag_history.registry_id
       WHERE registry.state = 'gone' LIMIT ?)`,
    limit - gone - over,
  )
  return gone + over + orphaned
}
