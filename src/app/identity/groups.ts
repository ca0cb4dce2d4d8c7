import { RegistryError } from '#core/registry-error.ts'
import type { AskedBy } from '#ports/command.ts'
import type { DirectoryCommands, DirectoryObject, DirectoryReads } from '#ports/directory.ts'
import { checkedDisplayName } from './directory-names.ts'
import { anyObject, changeObject, deleteObject, type DirectoryDeps, objectOf } from './directory.ts'

/** Fails with `request-invalid` for a name that may not be. */
export async function createGroup(
  { store, ids, clock }: DirectoryDeps,
  { displayName, details = {}, askedBy }: { displayName: string; details?: Readonly<Record<string, unknown>> } & AskedBy,
): Promise<DirectoryObject> {
  const group: DirectoryObject = {
    id: ids.next(),
    kind: 'group',
    name: checkedDisplayName(displayName),
    login: null,
    appId: null,
    enabled: true,
    details,
    createdAt: clock.now(),
  }
  await store.createDirectoryObjects({ objects: [group], askedBy })
  return group
}

/** Fails with `not-found`, `request-invalid`. */
export function changeGroup(
  deps: DirectoryDeps,
  id: string,
  { displayName, details, ...by }: { displayName?: string; details?: Readonly<Record<string, unknown>> } & AskedBy,
): Promise<DirectoryObject> {
  const changed = (before: DirectoryObject) => ({
    object: {
      ...before,
      ...(displayName === undefined ? {} : { name: checkedDisplayName(displayName) }),
      ...(details === undefined ? {} : { details: { ...before.details, ...details } }),
    },
  })
  return changeObject(deps, 'group', id, changed, by)
}

/** Its members lose what they had through it. Fails with `not-found`. */
export const deleteGroup = (deps: { store: DirectoryCommands & DirectoryReads }, id: string, by?: AskedBy): Promise<void> =>
  deleteObject(deps, 'group', id, by)

/** Fails with `not-found`, `conflict` when it is one already, `request-invalid` when the group would hold itself. */
export async function addMember(
  deps: { store: DirectoryCommands & DirectoryReads },
  groupId: string,
  memberId: string,
  { askedBy }: AskedBy = {},
): Promise<void> {
  const group = await objectOf(deps, 'group', groupId)
  const member = await anyObject(deps, memberId)
  if (member.kind === 'application')
    throw new RegistryError('request-invalid', 'an application is no member of groups: its service principal can be one')
  try {
    await deps.store.putGroupMember({ groupId: group.id, memberId: member.id, askedBy })
  } catch (error) {
    if (!(error instanceof RegistryError) || error.failure !== 'conflict') throw error
    throw new RegistryError(
      'conflict',
      "One or more added object references already exist for the following modified properties: 'members'.",
    )
  }
}

/** Fails with `not-found`. */
export async function removeMember(
  deps: { store: DirectoryCommands & DirectoryReads },
  groupId: string,
  memberId: string,
  { askedBy }: AskedBy = {},
): Promise<void> {
  const group = await objectOf(deps, 'group', groupId)
  await deps.store.deleteGroupMember({ groupId: group.id, memberId: memberId.toLowerCase(), askedBy })
}

/** A page of its direct members, in id order. */
export const membersOf = (
  { store }: { store: DirectoryReads },
  groupId: string,
  page: { after: string; limit: number },
): Promise<DirectoryObject[]> => store.groupMembers(groupId, page)

/** The groups around an object in id order: those that name it themselves, or all. */
export const groupsAround = (
  { store }: { store: DirectoryReads },
  memberId: string,
  { direct }: { direct: boolean },
): Promise<DirectoryObject[]> => (direct ? store.directGroupsOf(memberId) : store.groupsOf(memberId))
