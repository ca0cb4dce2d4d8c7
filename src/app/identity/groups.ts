import { RegistryError } from '#core/registry-error.ts'
import type { DirectoryObject } from '#ports/directory-store.ts'
import { checkedDisplayName } from './directory-names.ts'
import { changeObject, deleteObject, type DirectoryDeps, noSuchObject, objectOf } from './directory.ts'

/** Fails with `request-invalid` for a name that may not be. */
export async function createGroup(
  { store, ids, clock }: DirectoryDeps,
  { displayName, details = {} }: { displayName: string; details?: Readonly<Record<string, unknown>> },
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
  await store.putDirectoryObject({ object: group })
  return group
}

/** Fails with `not-found`, `request-invalid`. */
export const changeGroup = (
  deps: DirectoryDeps,
  id: string,
  { displayName, details }: { displayName?: string; details?: Readonly<Record<string, unknown>> },
): Promise<DirectoryObject> =>
  changeObject(deps, 'group', id, (before) => ({
    ...before,
    ...(displayName === undefined ? {} : { name: checkedDisplayName(displayName) }),
    ...(details === undefined ? {} : { details: { ...before.details, ...details } }),
  }))

/** Its members lose what they had through it. Fails with `not-found`. */
export const deleteGroup = (deps: Pick<DirectoryDeps, 'store'>, id: string): Promise<void> => deleteObject(deps, 'group', id)

/** Fails with `not-found`, `conflict` when it is one already, `request-invalid` when the group would hold itself. */
export async function addMember(deps: Pick<DirectoryDeps, 'store'>, groupId: string, memberId: string): Promise<void> {
  const group = await objectOf(deps, 'group', groupId)
  const member = await deps.store.directoryObject(memberId.toLowerCase())
  if (!member) throw noSuchObject(memberId)
  if (member.kind === 'application')
    throw new RegistryError('request-invalid', 'an application is no member of groups: its service principal can be one')
  if ((await deps.store.groupMembers(group.id)).some(({ id }) => id === member.id))
    throw new RegistryError(
      'conflict',
      "One or more added object references already exist for the following modified properties: 'members'.",
    )
  await deps.store.putGroupMember({ groupId: group.id, memberId: member.id })
}

/** Fails with `not-found`. */
export async function removeMember(deps: Pick<DirectoryDeps, 'store'>, groupId: string, memberId: string): Promise<void> {
  const group = await objectOf(deps, 'group', groupId)
  await deps.store.deleteGroupMember({ groupId: group.id, memberId: memberId.toLowerCase() })
}

/** The groups that name the object itself as a member, not those around them. */
export async function directGroupsOf({ store }: Pick<DirectoryDeps, 'store'>, memberId: string): Promise<DirectoryObject[]> {
  const all = await store.groupsOf(memberId)
  const names = await Promise.all(all.map(async ({ id }) => (await store.groupMembers(id)).some((each) => each.id === memberId)))
  return all.filter((_, index) => names[index])
}
