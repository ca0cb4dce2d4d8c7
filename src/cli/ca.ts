import type { Command } from 'commander'
import {
  addDataOptions,
  addOutputOption,
  type Cli,
  type DataOptions,
  newCommand,
  asOperator,
  type OutputOptions,
  print,
} from './command.ts'
import { pairs } from './print.ts'
import { addSettingOptions } from './setting-options.ts'

export function caCommand(cli: Cli): Command {
  const { host, say } = cli
  const command = addOutputOption(addDataOptions(newCommand('ca', say('ca.summary'), say('ca.more')), cli), cli)
    .option('--path', say('ca.path'))
    .option('--renew', say('ca.renew'))
  // A running server knows its names; for a stopped one they are told as to "serve".
  const settings = addSettingOptions(command, cli, ['http', 'https', 'publicUrl', 'names'])
  return command.action(async (options: DataOptions & OutputOptions & { path?: true; renew?: true }) => {
    const authority = await asOperator(cli, options, ({ machine }) => machine.authority({ renew: options.renew === true }), settings)
    if (options.path) {
      host.out(`${authority.path}\n`)
      return
    }
    print(cli, options, authority, ({ path, subject, fingerprint, notAfter }) =>
      pairs([
        [say('ca.file'), path],
        [say('ca.subject'), subject],
        ['SHA-256', fingerprint],
        [say('ca.until'), notAfter],
      ]),
    )
    if (options.renew) host.problem(`${say('ca.renewed')}\n`)
  })
}
