import type { Command } from 'commander'
import { addDataOptions, addOutputOption, type Cli, type DataOptions, newCommand, type OutputOptions, print, sourceOf } from './command.ts'
import { grid } from './print.ts'
import { addSettingOptions } from './setting-options.ts'

export function configCommand(cli: Cli): Command {
  const { host, say } = cli
  const command = addOutputOption(addDataOptions(newCommand('config', say('config.summary'), say('config.more')), cli), cli)
  const settings = addSettingOptions(command, cli)
  return command.action((options: DataOptions & OutputOptions & Record<string, unknown>) => {
    print(cli, options, host.effective(sourceOf(options, settings)), (values) =>
      grid(
        [say('config.setting'), say('config.value'), say('config.source')],
        values.map(({ name, value, source }) => [name, value || '""', source]),
      ),
    )
  })
}
