import { type Command, Option } from 'commander'
import type { RegistryChange, RegistrySummary } from '#core/maintenance.ts'
import { sizeOf } from './size.ts'
import {
  addDataOptions,
  addOutputOption,
  addRegistryOption,
  byteCountArgument,
  type Cli,
  type DataOptions,
  flagArgument,
  newCommand,
  onDeeds,
  type OutputOptions,
  print,
  type RegistryOptions,
} from './command.ts'
import { grid, pairs } from './print.ts'

type Options = DataOptions & OutputOptions & RegistryOptions

export function registryCommand(cli: Cli): Command {
  const { say } = cli
  const leaf = (name: string, summary: string, more: string) =>
    addOutputOption(addRegistryOption(addDataOptions(newCommand(name, summary, more), cli), cli), cli)
  const table = (registry: RegistrySummary) =>
    pairs([
      ['name', registry.name],
      ['sku', registry.sku],
      ['admin-enabled', String(registry.adminUserEnabled)],
      ['anonymous-pull-enabled', String(registry.anonymousPullEnabled)],
      ['rate-limits', registry.rateLimits],
      ['index-children', registry.indexChildren],
      ['storage-limit', registry.storageLimit === null ? 'none' : sizeOf(say, registry.storageLimit)],
    ])
  return newCommand('registry', say('registry.summary'), say('registry.more'))
    .addCommand(
      leaf('show', say('registry.show.summary'), say('registry.show.more')).action(async (options: Options) => {
        print(cli, options, await onDeeds(cli, options, (deeds) => deeds.showRegistry({ registry: options.registry })), table)
      }),
    )
    .addCommand(
      addOutputOption(addDataOptions(newCommand('list', say('registry.list.summary'), say('registry.list.more')), cli), cli).action(
        async (options: DataOptions & OutputOptions) => {
          const all = await onDeeds(cli, options, (deeds) => deeds.listRegistries())
          print(cli, options, all, (registries) =>
            grid(
              ['name', 'sku', 'storage-limit'],
              registries.map(({ name, sku, storageLimit }) => [name, sku, storageLimit === null ? 'none' : sizeOf(say, storageLimit)]),
            ),
          )
        },
      ),
    )
    .addCommand(
      leaf('update', say('registry.update.summary'), say('registry.update.more'))
        .option('--admin-enabled <true|false>', say('registry.update.admin'), flagArgument(cli))
        .option('--anonymous-pull-enabled <true|false>', say('registry.update.anonymous'), flagArgument(cli))
        .addOption(new Option('--rate-limits <which>', say('registry.update.rates')).choices(['off', 'tier']))
        .addOption(new Option('--index-children <which>', say('registry.update.children')).choices(['kept', 'free']))
        .option('--storage-limit <size>', say('registry.update.limit'), byteCountArgument(cli))
        .action(async (options: Options & Omit<RegistryChange, 'storageLimit'> & { storageLimit?: number | 'none' }) => {
          const { registry, adminEnabled, anonymousPullEnabled, rateLimits, indexChildren, storageLimit } = options
          const change: RegistryChange = {
            ...(adminEnabled === undefined ? {} : { adminEnabled }),
            ...(anonymousPullEnabled === undefined ? {} : { anonymousPullEnabled }),
            ...(rateLimits === undefined ? {} : { rateLimits }),
            ...(indexChildren === undefined ? {} : { indexChildren }),
            ...(storageLimit === undefined ? {} : { storageLimit: storageLimit === 'none' ? null : storageLimit }),
          }
          print(cli, options, await onDeeds(cli, options, (deeds) => deeds.updateRegistry({ registry, ...change })), table)
        }),
    )
}
