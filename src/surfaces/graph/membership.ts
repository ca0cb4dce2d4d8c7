import { anyObject } from '#app/identity/directory.ts'
import { addMember, groupsAround, membersOf, removeMember } from '#app/identity/groups.ts'
import type { Answer } from '#http/answer.ts'
import { collectionAnswer, done, mixedItems } from './answers.ts'
import { type Context, resolve } from './context.ts'
import { nextLink } from './query.ts'
import type { GraphRequest, Member } from './request.ts'

type Of<Kind extends GraphRequest['kind']> = Extract<GraphRequest, { kind: Kind }>

export async function listMembers(context: Context, { key, query, parameters }: Of<'members.list'>): Promise<Answer> {
  const group = await resolve(context, 'groups', key)
  const found = await membersOf(context.deps, group.id, { after: query.after, limit: query.top + 1 })
  const members = found.slice(0, query.top)
  const next =
    found.length > query.top ? nextLink(`${context.base}/groups/${group.id}/members`, parameters, members.at(-1)?.id ?? '') : undefined
  return collectionAnswer(context, 'directoryObjects', await mixedItems(context, members, query.select), next)
}

export async function putMember(context: Context, { key, memberId }: Of<'member.add'>): Promise<Answer> {
  const group = await resolve(context, 'groups', key)
  await addMember(context.deps, group.id, memberId, { askedBy: context.caller.id })
  return done
}

export async function dropMember(context: Context, { key, memberId }: Of<'member.remove'>): Promise<Answer> {
  const group = await resolve(context, 'groups', key)
  await removeMember(context.deps, group.id, memberId, { askedBy: context.caller.id })
  return done
}

export async function listGroupsOf(context: Context, { member, form, direct, query }: Of<'groups.of'>): Promise<Answer> {
  const id = await memberId(context, member)
  const groups = await groupsAround(context.deps, id, { direct })
  if (form === 'ids')
    return collectionAnswer(
      context,
      'Collection(Edm.String)',
      groups.map((group) => group.id),
    )
  return collectionAnswer(context, 'directoryObjects', await mixedItems(context, groups, query.select))
}

export async function checkGroupsOf(context: Context, { member, groupIds }: Of<'groups.check'>): Promise<Answer> {
  const groups = await groupsAround(context.deps, await memberId(context, member), { direct: false })
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
  return (await anyObject(context.deps, member.id)).id
}
