import type { Command } from 'commander'
import type { GroupSummary } from '#core/identity-deeds.ts'
import { type Cli, newCommand } from './command.ts'
import { leaf, type LeafOptions, perform } from './identity-leaf.ts'
import { grid } from './print.ts'

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
  const withMember = (name: 'add-member' | 'remove-member') => named(name).argument('<member>', say('identity.group.member'))
  return newCommand('group', say('identity.group.summary'), say('identity.group.more'))
    .addCommand(
      named('create').action(async (name: string, options: LeafOptions) => {
        await perform(cli, options, (deeds) => deeds.createGroup({ name }), single)
      }),
    )
    .addCommand(
      leaf(cli, 'list', say('identity.group.list.summary'), say('identity.group.list.more')).action(async (options: LeafOptions) => {
        await perform(cli, options, (deeds) => deeds.listGroups(), shown)
      }),
    )
    .addCommand(
      named('show').action(async (group: string, options: LeafOptions) => {
        await perform(cli, options, (deeds) => deeds.showGroup({ group }), single)
      }),
    )
    .addCommand(
      named('delete').action(async (group: string, options: LeafOptions) => {
        await perform(cli, options, (deeds) => deeds.deleteGroup({ group }), single)
      }),
    )
    .addCommand(
      withMember('add-member').action(async (group: string, member: string, options: LeafOptions) => {
        await perform(cli, options, (deeds) => deeds.addGroupMember({ group, member }), single)
      }),
    )
    .addCommand(
      withMember('remove-member').action(async (group: string, member: string, options: LeafOptions) => {
        await perform(cli, options, (deeds) => deeds.removeGroupMember({ group, member }), single)
      }),
    )
}
