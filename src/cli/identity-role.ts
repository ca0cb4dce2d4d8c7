import type { Command } from 'commander'
import type { RoleSummary } from '#core/identity-deeds.ts'
import { type Cli, newCommand } from './command.ts'
import { leaf, type LeafOptions, perform } from './identity-leaf.ts'
import { grid } from './print.ts'

type Options = LeafOptions & { assignee: string; role: string; scope?: string }

export function roleCommand(cli: Cli): Command {
  const { say } = cli
  const shown = (roles: readonly RoleSummary[]) =>
    grid(
      [say('identity.name'), say('identity.type'), say('identity.role'), say('identity.scope')],
      roles.map((each) => [each.principalName || each.principalId, each.principalType, each.role, each.scope]),
    )
  const single = (role: RoleSummary) => shown([role])
  const of = ({ assignee, role, scope }: Options) => ({ assignee, role, ...(scope === undefined ? {} : { scope }) })
  const whole = (name: 'assign' | 'remove') =>
    leaf(cli, name, say(`identity.role.${name}.summary`), say(`identity.role.${name}.more`))
      .requiredOption('--assignee <principal>', say('identity.role.assignee'))
      .requiredOption('--role <name>', say('identity.role.which'))
      .option('--scope <id>', say('identity.role.at'))
  return newCommand('role', say('identity.role.summary'), say('identity.role.more'))
    .addCommand(
      whole('assign').action(async (options: Options) => {
        await perform(cli, options, (deeds) => deeds.giveRole(of(options)), single)
      }),
    )
    .addCommand(
      leaf(cli, 'list', say('identity.role.list.summary'), say('identity.role.list.more'))
        .option('--assignee <principal>', say('identity.role.assignee'))
        .option('--scope <id>', say('identity.role.only-at'))
        .action(async ({ assignee, scope, ...options }: LeafOptions & { assignee?: string; scope?: string }) => {
          const query = { ...(assignee === undefined ? {} : { assignee }), ...(scope === undefined ? {} : { scope }) }
          await perform(cli, options, (deeds) => deeds.listRoles(query), shown)
        }),
    )
    .addCommand(
      whole('remove').action(async (options: Options) => {
        await perform(cli, options, (deeds) => deeds.takeRole(of(options)), single)
      }),
    )
}
