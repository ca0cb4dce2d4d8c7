import type { Command } from 'commander'
import { sizeOf } from './size.ts'
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

export function backupCommand(cli: Cli): Command {
  const { host, say } = cli
  return addOutputOption(addDataOptions(newCommand('backup', say('backup.summary'), say('backup.more')), cli), cli)
    .argument('<folder>', say('backup.folder'))
    .action(async (folder: string, options: DataOptions & OutputOptions) => {
      const to = host.absolute(folder)
      const signal = host.interruption()
      const backedUp = await asOperator(cli, options, ({ machine }) => machine.backUp({ to }, { signal }))
      if (backedUp.missing.length + backedUp.damaged.length > 0) cli.exitWith(1)
      print(cli, options, backedUp, ({ path, objects, bytes, linked, copied, repositories, manifests, tags, missing, damaged }) =>
        pairs([
          [say('backup.path'), path],
          [say('backup.objects'), `${objects} (${say('backup.how', { linked, copied })})`],
          [say('backup.bytes'), sizeOf(say, bytes)],
          [say('count.repositories'), String(repositories)],
          [say('count.manifests'), String(manifests)],
          [say('count.tags'), String(tags)],
          ...missing.map((digest) => [say('backup.missing'), digest] as const),
          ...damaged.map((digest) => [say('backup.damaged'), digest] as const),
        ]),
      )
    })
}
