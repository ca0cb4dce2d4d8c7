import { type Command, Option } from 'commander'
import { type AdminCredentials, type PasswordSlot, passwordSlots } from '#core/maintenance.ts'
import {
  addDataOptions,
  addOutputOption,
  addRegistryOption,
  asOperator,
  type Cli,
  type DataOptions,
  newCommand,
  type OutputOptions,
  print,
  type RegistryOptions,
} from './command.ts'
import { adminCredentialsOf, namedRegistry, whileAdminIsOn } from './named-registry.ts'
import { pairs } from './print.ts'

type Options = DataOptions & OutputOptions & RegistryOptions

export function credentialCommand(cli: Cli): Command {
  const { say } = cli
  const leaf = (name: string, summary: string, more: string) =>
    addOutputOption(addRegistryOption(addDataOptions(newCommand(name, summary, more), cli), cli), cli)
  const table = ({ username, passwords }: AdminCredentials) =>
    pairs([['username', username], ...passwords.map(({ name, value }) => [name, value] as const)])
  return newCommand('credential', say('credential.summary'), say('credential.more'))
    .addCommand(
      leaf('show', say('credential.show.summary'), say('credential.show.more')).action(async (options: Options) => {
        print(cli, options, await asOperator(cli, options, ({ arm }) => adminCredentialsOf(arm, options.registry)), table)
      }),
    )
    .addCommand(
      leaf('renew', say('credential.renew.summary'), say('credential.renew.more'))
        .addOption(new Option('--password-name <name>', say('credential.renew.slot')).choices(passwordSlots).makeOptionMandatory())
        .action(async (options: Options & { passwordName: PasswordSlot }) => {
          const { registry, passwordName } = options
          const renewed = await asOperator(cli, options, async ({ arm }) => {
            const { id } = await namedRegistry(arm, registry)
            return whileAdminIsOn(registry, () => arm.regenerateCredential(id, passwordName))
          })
          print(cli, options, renewed, table)
        }),
    )
}
