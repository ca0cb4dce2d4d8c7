import { noSuchObject } from '#app/identity/directory.ts'
import { addMember, directGroupsOf, removeMember } from '#app/identity/groups.ts'
import { type Answer, collectionAnswer, type Context, done, mixedItems, resolve } from './context.ts'
import type { GraphRequest, Member } from './request.ts'

type Of<Kind extends GraphRequest['kind']> = Extract<GraphRequest, { kind: Kind }>

/** All at once, whatever page was asked for: there are few. */
export async function listMembers(context: Context, { key, query }: Of<'members.list'>): Promise<Answer> {
  const group = await resolve(context, 'groups', key)
  const members = await context.deps.store.groupMembers(group.id)
  return collectionAnswer(context, 'directoryObjects', await mixedItems(context, members, query.select))
}

export async function putMember(context: Context, { key, memberId }: Of<'member.add'>): Promise<Answer> {
  const group = await resolve(context, 'groups', key)
  await addMember(context.deps, group.id, memberId)
  return done
}

export async function dropMember(context: Context, { key, memberId }: Of<'member.remove'>): Promise<Answer> {
  const group = await resolve(context, 'groups', key)
  await removeMember(context.deps, group.id, memberId)
  return done
}

export async function listGroupsOf(context: Context, { member, form, direct, query }: Of<'groups.of'>): Promise<Answer> {
  const id = await memberId(context, member)
  const groups = direct ? await directGroupsOf(context.deps, id) : await context.deps.store.groupsOf(id)
  if (form === 'ids')
    return collectionAnswer(
      context,
      'Collection(Edm.String)',
      groups.map((group) => group.id),
    )
  return collectionAnswer(context, 'directoryObjects', await mixedItems(context, groups, query.select))
}

export async function checkGroupsOf(context: Context, { member, groupIds }: Of<'groups.check'>): Promise<Answer> {
  const groups = await context.deps.store.groupsOf(await memberId(context, member))
  const held = new Set(groups.map((group) => group.id))
  return collectionAnswer(
    context,
    'Collection(Edm.String)',
    groupIds.filter((id) => held.has(id)),
  )
}

async function memberId(context: Context, member: Member): Promise<string> {
  if (member === 'me') return context.caller.id
  if ('collection' in member) return (await resolve(context, member.collection, member.key)).id
  const found = await context.deps.store.directoryObject(member.id.toLowerCase())
  if (!found) throw noSuchObject(member.id)
  return found.id
}
