import type { GroupSummary, IdentityDeeds, UserSummary } from '#core/identity-deeds.ts'
import { Refusal } from '#core/refusal.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { DirectoryObject } from '#ports/directory.ts'
import { type DirectoryDeps, everyObject } from './directory.ts'
import { addMember, createGroup, deleteGroup, removeMember, everyMember } from './groups.ts'
import { namedGroup, namedPrincipal } from './operator-names.ts'
import { principalDeeds } from './operator-principals.ts'
import { roleDeeds } from './operator-roles.ts'
import { changeUser, createUser, deleteUser, findUser, resetPassword } from './users.ts'

/** The deeds of who has the data directory: no right is asked for. */
export const identityDeeds = (deps: DirectoryDeps): IdentityDeeds =>
  named({ ...principalDeeds(deps), ...roleDeeds(deps), ...userDeeds(deps), ...groupDeeds(deps) })

/** Gives the refusal that an operator can do something about its name. */
function named(deeds: IdentityDeeds): IdentityDeeds {
  const wrapped: Record<string, unknown> = {}
  for (const [name, deed] of Object.entries(deeds))
    wrapped[name] = (input: never) =>
      (deed as (input: never) => Promise<unknown>)(input).catch((error: unknown) => {
        if (error instanceof RegistryError && error.detail.lastOwner === true) throw new Refusal('last-owner')
        throw error
      })
  return wrapped as unknown as IdentityDeeds
}

type UserDeeds = Pick<IdentityDeeds, 'createUser' | 'resetUserPassword' | 'listUsers' | 'showUser' | 'enableUser' | 'deleteUser'>

const userDeeds = (deps: DirectoryDeps): UserDeeds => ({
  createUser: async ({ name, ...given }) => {
    const { user, password } = await createUser(deps, { login: name, ...given })
    return { userPrincipalName: user.login ?? '', password, id: user.id }
  },
  resetUserPassword: async ({ user, password: chosen }) => {
    const { id, login } = await findUser(deps, user)
    const password = await resetPassword(deps, id, chosen)
    return { userPrincipalName: login ?? '', password, id }
  },
  listUsers: async () => {
    const all: UserSummary[] = []
    for await (const user of everyObject(deps, ['user'])) all.push(userOf(user))
    return all.sort((a, b) => (a.userPrincipalName < b.userPrincipalName ? -1 : 1))
  },
  showUser: async ({ user }) => userOf(await findUser(deps, user)),
  enableUser: async ({ user, enabled }) => userOf(await changeUser(deps, (await findUser(deps, user)).id, { enabled })),
  deleteUser: async ({ user }) => {
    const found = await findUser(deps, user)
    await deleteUser(deps, found.id)
    return userOf(found)
  },
})

const userOf = ({ login, name, id, enabled }: DirectoryObject): UserSummary => ({
  userPrincipalName: login ?? '',
  displayName: name,
  id,
  enabled,
})

type GroupDeeds = Pick<IdentityDeeds, 'createGroup' | 'listGroups' | 'showGroup' | 'deleteGroup' | 'addGroupMember' | 'removeGroupMember'>

const groupDeeds = (deps: DirectoryDeps): GroupDeeds => {
  const summaryOf = async ({ id, name }: DirectoryObject): Promise<GroupSummary> => {
    const members: GroupSummary['members'][number][] = []
    for await (const each of everyMember(deps, id))
      if (each.kind !== 'application') members.push({ id: each.id, kind: each.kind, name: each.login ?? each.name })
    return { displayName: name, id, members }
  }
  return {
    createGroup: async ({ name }) => summaryOf(await createGroup(deps, { displayName: name })),
    listGroups: async () => {
      const all: GroupSummary[] = []
      for await (const group of everyObject(deps, ['group'])) all.push(await summaryOf(group))
      return all
    },
    showGroup: async ({ group }) => summaryOf(await namedGroup(deps, group)),
    deleteGroup: async ({ group }) => {
      const found = await namedGroup(deps, group)
      const summary = await summaryOf(found)
      await deleteGroup(deps, found.id)
      return summary
    },
    addGroupMember: async ({ group, member }) => {
      const found = await namedGroup(deps, group)
      await addMember(deps, found.id, (await namedPrincipal(deps, member)).id)
      return summaryOf(found)
    },
    removeGroupMember: async ({ group, member }) => {
      const found = await namedGroup(deps, group)
      await removeMember(deps, found.id, (await namedPrincipal(deps, member)).id)
      return summaryOf(found)
    },
  }
}
