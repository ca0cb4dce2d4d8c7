import type { Command } from 'commander'
import type { GraphClient, GraphUser } from '#client/graph.ts'
import { type Cli, newCommand } from './command.ts'
import { leaf, type LeafOptions, perform, unlessLastOwner } from './identity-leaf.ts'
import { namedUser } from './named-principal.ts'
import { grid, pairs } from './print.ts'

type WithPassword = LeafOptions & { passwordStdin?: true; displayName?: string }

export interface UserCredential {
  userPrincipalName: string
  password: string
  id: string
}

export interface UserSummary {
  userPrincipalName: string
  displayName: string
  id: string
  enabled: boolean
}

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
  const single = (user: UserSummary) => shown([user])
  /** The first line of standard input; without the option one is made. */
  const chosen = async ({ passwordStdin }: WithPassword): Promise<string> =>
    passwordStdin ? (await host.input()).replace(/\r?\n[^]*$/, '') : host.makePassword()
  const withPassword = (command: Command) => command.option('--password-stdin', say('identity.user.password-stdin'))
  const one = (name: 'show' | 'enable' | 'disable' | 'delete', work: (graph: GraphClient, user: GraphUser) => Promise<GraphUser>) =>
    leaf(cli, name, say(`identity.user.${name}.summary`), say(`identity.user.${name}.more`))
      .argument('<user>', say('identity.user.which'))
      .action(async (user: string, options: LeafOptions) => {
        await perform(cli, options, async ({ graph }) => summaryOf(await work(graph, await namedUser(graph, user))), single)
      })
  return newCommand('user', say('identity.user.summary'), say('identity.user.more'))
    .addCommand(
      withPassword(leaf(cli, 'create', say('identity.user.create.summary'), say('identity.user.create.more')))
        .argument('<name>', say('identity.user.create.name'))
        .option('--display-name <text>', say('identity.user.create.display-name'))
        .action(async (name: string, options: WithPassword) => {
          const password = await chosen(options)
          const mailNickname = name.replace(/@[^]*$/, '')
          const given = { userPrincipalName: name, displayName: options.displayName ?? mailNickname, mailNickname, password }
          const create = async (graph: GraphClient) => credentialOf(await graph.createUser(given), password)
          await perform(cli, options, ({ graph }) => create(graph), told)
        }),
    )
    .addCommand(
      withPassword(leaf(cli, 'reset-password', say('identity.user.reset.summary'), say('identity.user.reset.more')))
        .argument('<user>', say('identity.user.which'))
        .action(async (user: string, options: WithPassword) => {
          const password = await chosen(options)
          const reset = async (graph: GraphClient) => {
            const found = await namedUser(graph, user)
            await graph.updateUser(found.id, { password })
            return credentialOf(found, password)
          }
          await perform(cli, options, ({ graph }) => reset(graph), told)
        }),
    )
    .addCommand(
      leaf(cli, 'list', say('identity.user.list.summary'), say('identity.user.list.more')).action(async (options: LeafOptions) => {
        await perform(cli, options, async ({ graph }) => (await Array.fromAsync(graph.users(), summaryOf)).sort(byName), shown)
      }),
    )
    .addCommand(one('show', async (_graph, user) => user))
    .addCommand(one('enable', (graph, user) => switched(graph, user, true)))
    .addCommand(one('disable', (graph, user) => switched(graph, user, false)))
    .addCommand(
      one('delete', async (graph, user) => {
        await unlessLastOwner(() => graph.delete('users', user.id))
        return user
      }),
    )
}

async function switched(graph: GraphClient, user: GraphUser, accountEnabled: boolean): Promise<GraphUser> {
  await unlessLastOwner(() => graph.updateUser(user.id, { accountEnabled }))
  return { ...user, accountEnabled }
}

const byName = (a: UserSummary, b: UserSummary): number => (a.userPrincipalName < b.userPrincipalName ? -1 : 1)

const credentialOf = ({ userPrincipalName, id }: GraphUser, password: string): UserCredential => ({ userPrincipalName, password, id })

const summaryOf = ({ userPrincipalName, displayName, id, accountEnabled }: GraphUser): UserSummary => ({
  userPrincipalName,
  displayName,
  id,
  enabled: accountEnabled,
})
