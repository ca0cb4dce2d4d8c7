import { unknownObject } from '#core/failures.ts'
import { RegistryError } from '#core/registry-error.ts'
import { objectColumns, objectOf, type ObjectRow } from './directory-rows.ts'
import { noteEvent } from './event-log.ts'
import { keepingAnOwner } from './last-owner.ts'
import type { SqlReader } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

const qualified = objectColumns
  .split(', ')
  .map((column) => `directory_object.${column}`)
  .join(', ')

export const groupMembers: Read<'groupMembers'> = async (db, groupId, { after, limit }) =>
  (
    await db.all<ObjectRow>(
      `SELECT ${qualified} FROM directory_member JOIN directory_object ON directory_object.id = directory_member.member_id
       WHERE directory_member.group_id = ? AND directory_member.member_id > ? ORDER BY directory_member.member_id LIMIT ?`,
      groupId,
      after,
      limit,
    )
  ).map(objectOf)

export const directGroupsOf: Read<'directGroupsOf'> = async (db, memberId) =>
  (
    await db.all<ObjectRow>(
      `SELECT ${qualified} FROM directory_member JOIN directory_object ON directory_object.id = directory_member.group_id
       WHERE directory_member.member_id = ? ORDER BY directory_object.id`,
      memberId,
    )
  ).map(objectOf)

/** The member itself and every group around it. UNION, so that a ring of groups ends. */
export const around = (db: SqlReader) => `WITH RECURSIVE around(id) AS (
  SELECT ${db.aText} UNION SELECT directory_member.group_id FROM directory_member JOIN around ON directory_member.member_id = around.id)`

export const groupsOf: Read<'groupsOf'> = async (db, memberId) =>
  (
    await db.all<ObjectRow>(
      `${around(db)} SELECT ${qualified} FROM directory_object JOIN around ON around.id = directory_object.id
       WHERE directory_object.id <> ? ORDER BY directory_object.id`,
      memberId,
      memberId,
    )
  ).map(objectOf)

export const putGroupMember: Verb<'putGroupMember'> = async (tx, { groupId, memberId }) => {
  // Two memberships at once could close a ring that neither sees.
  await tx.get(`SELECT id FROM tenant${tx.forUpdate}`)
  if (!(await tx.get(`SELECT id FROM directory_object WHERE id = ? AND kind = 'group'${tx.forShare}`, groupId)))
    throw unknownObject(groupId)
  if (!(await tx.get(`SELECT id FROM directory_object WHERE id = ?${tx.forShare}`, memberId))) throw unknownObject(memberId)
  const ring = await tx.get(`${around(tx)} SELECT id FROM around WHERE id = ?`, groupId, memberId)
  if (ring) throw new RegistryError('request-invalid', 'a group cannot hold itself, directly or through another', { groupId, memberId })
  const added = await tx.run('INSERT INTO directory_member (group_id, member_id) VALUES (?, ?) ON CONFLICT DO NOTHING', groupId, memberId)
  if (added === 0) throw new RegistryError('conflict', 'it is a member of the group already', { groupId, memberId })
  noteEvent(tx, { kind: 'member.added', registryId: 0, details: { groupId, memberId } })
}

export const deleteGroupMember: Verb<'deleteGroupMember'> = (tx, { groupId, memberId }) =>
  keepingAnOwner(tx, async () => {
    const gone = await tx.run('DELETE FROM directory_member WHERE group_id = ? AND member_id = ?', groupId, memberId)
    if (gone === 0) throw new RegistryError('not-found', 'the group has no such member', { groupId, memberId })
    noteEvent(tx, { kind: 'member.removed', registryId: 0, details: { groupId, memberId } })
  })
