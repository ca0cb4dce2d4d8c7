import type { Command } from 'commander'
import type { GraphClient, GraphObject } from '#client/graph.ts'
import { type Cli, newCommand } from './command.ts'
import { leaf, type LeafOptions, perform, unlessLastOwner } from './identity-leaf.ts'
import { kindOf, namedGroup, namedPrincipal, nameOf } from './named-principal.ts'
import { grid } from './print.ts'

export interface GroupSummary {
  displayName: string
  id: string
  members: { id: string; kind: 'user' | 'group' | 'servicePrincipal'; name: string }[]
}

type Group = Pick<GraphObject, 'id' | 'displayName'>

export function groupCommand(cli: Cli): Command {
  const { say } = cli
  const shown = (groups: readonly GroupSummary[]) =>
    grid(
      [say('identity.display-name'), say('identity.id'), say('identity.members')],
      groups.map((group) => [group.displayName, group.id, group.members.map(({ name }) => name).join(', ')]),
    )
  const single = (group: GroupSummary) => shown([group])
  const named = (name: 'create' | 'show' | 'delete' | 'add-member' | 'remove-member') =>
    leaf(cli, name, say(`identity.group.${name}.summary`), say(`identity.group.${name}.more`)).argument(
      '<group>',
      say('identity.group.which'),
    )
  const changesMember = (
    name: 'add-member' | 'remove-member',
    change: (graph: GraphClient, group: string, member: string) => Promise<void>,
  ) =>
    named(name)
      .argument('<member>', say('identity.group.member'))
      .action(async (group: string, member: string, options: LeafOptions) => {
        const changed = async (graph: GraphClient) => {
          const found = await namedGroup(graph, group)
          await change(graph, found.id, (await namedPrincipal(graph, member)).id)
          return summaryOf(graph, found)
        }
        await perform(cli, options, ({ graph }) => changed(graph), single)
      })
  return newCommand('group', say('identity.group.summary'), say('identity.group.more'))
    .addCommand(
      named('create').action(async (name: string, options: LeafOptions) => {
        await perform(cli, options, async ({ graph }) => summaryOf(graph, await graph.createGroup(name)), single)
      }),
    )
    .addCommand(
      leaf(cli, 'list', say('identity.group.list.summary'), say('identity.group.list.more')).action(async (options: LeafOptions) => {
        await perform(cli, options, ({ graph }) => Array.fromAsync(graph.groups(), (each) => summaryOf(graph, each)), shown)
      }),
    )
    .addCommand(
      named('show').action(async (group: string, options: LeafOptions) => {
        await perform(cli, options, async ({ graph }) => summaryOf(graph, await namedGroup(graph, group)), single)
      }),
    )
    .addCommand(
      named('delete').action(async (group: string, options: LeafOptions) => {
        const removed = async (graph: GraphClient) => {
          const summary = await summaryOf(graph, await namedGroup(graph, group))
          await unlessLastOwner(() => graph.delete('groups', summary.id))
          return summary
        }
        await perform(cli, options, ({ graph }) => removed(graph), single)
      }),
    )
    .addCommand(changesMember('add-member', (graph, group, member) => graph.addMember(group, member)))
    .addCommand(changesMember('remove-member', (graph, group, member) => unlessLastOwner(() => graph.removeMember(group, member))))
}

async function summaryOf(graph: GraphClient, { id, displayName }: Group): Promise<GroupSummary> {
  const members: GroupSummary['members'][number][] = []
  for await (const each of graph.members(id)) {
    const kind = kindOf(each)
    if (kind !== 'application') members.push({ id: each.id, kind, name: nameOf(each) })
  }
  return { displayName, id, members }
}
