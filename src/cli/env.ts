import { type Command, Option } from 'commander'
import { addDataOptions, type Cli, type DataOptions, newCommand, sourceOf } from './command.ts'
import { addSettingOptions } from './setting-options.ts'
import { type Shell, assignment, shells } from './shell.ts'

export function envCommand(cli: Cli): Command {
  const { host, say } = cli
  const command = addDataOptions(newCommand('env', say('env.summary'), say('env.more')), cli).addOption(
    new Option('--shell <name>', say('env.shell')).choices(shells).default('sh'),
  )
  // A running server knows its addresses; for a stopped one they are told as to "serve".
  const settings = addSettingOptions(command, cli, ['http', 'https', 'publicUrl', 'domain', 'names'])
  return command.action(async (options: DataOptions & { shell: Shell }) => {
    const source = sourceOf({ ...options }, settings)
    const variables = await host.clientEnvironment(source)
    for (const [name, value] of variables) host.out(`${assignment[options.shell](name, value)}\n`)
    if (variables.some(([name, value]) => name === 'AZURE_AUTHORITY_HOST' && !value.startsWith('https://')))
      host.problem(`longshore: ${say('env.plain')}\n`)
    const unfound = await host.unfoundNames(source)
    if (unfound.length > 0) host.problem(`longshore: ${say('env.unfound', { names: unfound.join(', ') })}\n`)
  })
}
