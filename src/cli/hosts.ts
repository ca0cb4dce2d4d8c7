import type { Command } from 'commander'
import { hostsLines } from '#core/hosts-lines.ts'
import type { Addresses } from '#core/maintenance.ts'
import { addDataOptions, type Cli, type DataOptions, newCommand, asOperator, sourceOf } from './command.ts'
import { addSettingOptions } from './setting-options.ts'

export function hostsCommand(cli: Cli): Command {
  const { host, say } = cli
  const command = addDataOptions(newCommand('hosts', say('hosts.summary'), say('hosts.more')), cli).option(
    '--write [file]',
    say('hosts.write'),
  )
  const settings = addSettingOptions(command, cli, ['publicUrl', 'domain'])
  return command.action(async (options: DataOptions & { write?: true | string }) => {
    const { write } = options
    const lines = linesOf(await asOperator(cli, options, ({ machine }) => machine.addresses(), settings))
    if (write === undefined) {
      for (const line of lines) host.out(`${line}\n`)
      return
    }
    const { path, changed } = host.writeHosts(sourceOf({ ...options }, settings), write === true ? undefined : write, lines)
    host.problem(`${say(changed ? 'hosts.written' : 'hosts.current', { path })}\n`)
  })
}

function linesOf({ domain, registries, dataEndpoints }: Addresses): string[] {
  const suffix = domain.replace(/:\d+$/, '')
  return hostsLines([...registries.map((name) => `${name}.${suffix}`), ...dataEndpoints])
}
