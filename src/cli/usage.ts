import type { Command } from 'commander'
import { sizeOf } from './size.ts'
import {
  addDataOptions,
  addOutputOption,
  addRegistryOption,
  type Cli,
  type DataOptions,
  newCommand,
  asOperator,
  type OutputOptions,
  print,
  type RegistryOptions,
} from './command.ts'
import { pairs } from './print.ts'

export function usageCommand(cli: Cli): Command {
  const { say } = cli
  const command = newCommand('usage', say('usage.summary'), say('usage.more'))
  return addOutputOption(addRegistryOption(addDataOptions(command, cli), cli), cli).action(
    async (options: DataOptions & OutputOptions & RegistryOptions) => {
      const usage = await asOperator(cli, options, ({ machine }) => machine.usage({ registry: options.registry }))
      print(cli, options, usage, (report) =>
        pairs([
          [say('usage.registry'), report.registry],
          [say('usage.used'), sizeOf(say, report.used)],
          [say('usage.unreferenced'), sizeOf(say, report.unreferenced)],
          [say('usage.reserved'), sizeOf(say, report.reserved)],
          [say('usage.condemned'), sizeOf(say, report.condemned)],
          [say('usage.limit'), report.limit === null ? say('usage.none') : sizeOf(say, report.limit)],
          ...(report.diskFree === null ? [] : [[say('usage.free'), sizeOf(say, report.diskFree)] as const]),
          [say('count.repositories'), String(report.repositories)],
          [say('count.manifests'), String(report.manifests)],
          [say('count.tags'), String(report.tags)],
          [say('count.blobs'), String(report.blobs)],
          [say('count.uploads'), String(report.uploads)],
        ]),
      )
    },
  )
}
