import type { Command } from 'commander'
import { sizeOf } from './size.ts'
import { addDataOptions, addOutputOption, type Cli, type DataOptions, newCommand, type OutputOptions, print, sourceOf } from './command.ts'
import { pairs } from './print.ts'

export function restoreCommand(cli: Cli): Command {
  const { host, say } = cli
  return addOutputOption(addDataOptions(newCommand('restore', say('restore.summary'), say('restore.more')), cli), cli)
    .argument('<folder>', say('restore.folder'))
    .option('--verify', say('restore.verify'))
    .action(async (folder: string, options: DataOptions & OutputOptions & { verify?: true }) => {
      const restored = await host.restore(sourceOf({ ...options }), {
        from: host.absolute(folder),
        verify: options.verify === true,
        signal: host.interruption(),
      })
      print(cli, options, restored, ({ dataDir, createdAt, objects, bytes, repositories, manifests, tags }) =>
        pairs([
          [say('restore.into'), dataDir],
          [say('restore.made'), createdAt],
          [say('backup.objects'), String(objects)],
          [say('backup.bytes'), sizeOf(say, bytes)],
          [say('count.repositories'), String(repositories)],
          [say('count.manifests'), String(manifests)],
          [say('count.tags'), String(tags)],
        ]),
      )
    })
}
