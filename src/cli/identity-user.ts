import type { Command } from 'commander'
import type { UserCredential, UserSummary } from '#core/identity-deeds.ts'
import { type Cli, newCommand } from './command.ts'
import { leaf, type LeafOptions, perform } from './identity-leaf.ts'
import { grid, pairs } from './print.ts'

type WithPassword = LeafOptions & { passwordStdin?: true; displayName?: string }

export function userCommand(cli: Cli): Command {
  const { say, host } = cli
  const told = ({ userPrincipalName, password, id }: UserCredential) =>
    pairs([
      ['userPrincipalName', userPrincipalName],
      ['password', password],
      ['id', id],
    ])
  const shown = (users: readonly UserSummary[]) =>
    grid(
      [say('identity.name'), say('identity.display-name'), say('identity.id'), say('identity.enabled')],
      users.map((user) => [user.userPrincipalName, user.displayName, user.id, String(user.enabled)]),
    )
  /** The first line of standard input; without the option the directory makes one. */
  const chosen = async ({ passwordStdin }: WithPassword): Promise<{ password?: string }> =>
    passwordStdin ? { password: (await host.input()).replace(/\r?\n[^]*$/, '') } : {}
  const withPassword = (command: Command) => command.option('--password-stdin', say('identity.user.password-stdin'))
  const one = (name: 'show' | 'enable' | 'disable' | 'delete') =>
    leaf(cli, name, say(`identity.user.${name}.summary`), say(`identity.user.${name}.more`)).argument('<user>', say('identity.user.which'))
  return newCommand('user', say('identity.user.summary'), say('identity.user.more'))
    .addCommand(
      withPassword(leaf(cli, 'create', say('identity.user.create.summary'), say('identity.user.create.more')))
        .argument('<name>', say('identity.user.create.name'))
        .option('--display-name <text>', say('identity.user.create.display-name'))
        .action(async (name: string, options: WithPassword) => {
          const given = {
            name,
            ...(await chosen(options)),
            ...(options.displayName === undefined ? {} : { displayName: options.displayName }),
          }
          await perform(cli, options, (deeds) => deeds.createUser(given), told)
        }),
    )
    .addCommand(
      withPassword(leaf(cli, 'reset-password', say('identity.user.reset.summary'), say('identity.user.reset.more')))
        .argument('<user>', say('identity.user.which'))
        .action(async (user: string, options: WithPassword) => {
          const given = { user, ...(await chosen(options)) }
          await perform(cli, options, (deeds) => deeds.resetUserPassword(given), told)
        }),
    )
    .addCommand(
      leaf(cli, 'list', say('identity.user.list.summary'), say('identity.user.list.more')).action(async (options: LeafOptions) => {
        await perform(cli, options, (deeds) => deeds.listUsers(), shown)
      }),
    )
    .addCommand(
      one('show').action(async (user: string, options: LeafOptions) => {
        await perform(
          cli,
          options,
          (deeds) => deeds.showUser({ user }),
          (found) => shown([found]),
        )
      }),
    )
    .addCommand(
      one('enable').action(async (user: string, options: LeafOptions) => {
        await perform(
          cli,
          options,
          (deeds) => deeds.enableUser({ user, enabled: true }),
          (found) => shown([found]),
        )
      }),
    )
    .addCommand(
      one('disable').action(async (user: string, options: LeafOptions) => {
        await perform(
          cli,
          options,
          (deeds) => deeds.enableUser({ user, enabled: false }),
          (found) => shown([found]),
        )
      }),
    )
    .addCommand(
      one('delete').action(async (user: string, options: LeafOptions) => {
        await perform(
          cli,
          options,
          (deeds) => deeds.deleteUser({ user }),
          (found) => shown([found]),
        )
      }),
    )
}
