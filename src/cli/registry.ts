import { type Command, Option } from 'commander'
import type { ArmRegistry, MachineProperties, RegistryPatch } from '#client/arm.ts'
import { registryDefaults, storageLimitOf } from '#core/registry-properties.ts'
import { sizeOf } from './size.ts'
import {
  addDataOptions,
  addOutputOption,
  addRegistryOption,
  asOperator,
  byteCountArgument,
  type Cli,
  type DataOptions,
  flagArgument,
  newCommand,
  type OutputOptions,
  print,
  type RegistryOptions,
} from './command.ts'
import { namedRegistry } from './named-registry.ts'
import { grid, pairs } from './print.ts'

type Options = DataOptions & OutputOptions & RegistryOptions
type UpdateOptions = Options &
  Partial<Omit<MachineProperties, 'storageLimit'>> & {
    storageLimit?: number | 'none'
    adminEnabled?: boolean
    anonymousPullEnabled?: boolean
  }

export interface RegistrySummary {
  name: string
  adminUserEnabled: boolean
  anonymousPullEnabled: boolean
  sku: string
  rateLimits: MachineProperties['rateLimits']
  indexChildren: MachineProperties['indexChildren']
  storageLimit: number | null
}

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
        const found = await asOperator(cli, options, ({ arm }) => namedRegistry(arm, options.registry))
        print(cli, options, summaryOf(found), table)
      }),
    )
    .addCommand(
      addOutputOption(addDataOptions(newCommand('list', say('registry.list.summary'), say('registry.list.more')), cli), cli).action(
        async (options: DataOptions & OutputOptions) => {
          const all = await asOperator(cli, options, ({ arm }) => Array.fromAsync(arm.registries()))
          print(cli, options, all.map(summaryOf), (registries) =>
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
        .action(async (options: UpdateOptions) => {
          const changed = await asOperator(cli, options, async ({ arm }) => {
            const { id } = await namedRegistry(arm, options.registry)
            return arm.updateRegistry(id, patchOf(options))
          })
          print(cli, options, summaryOf(changed), table)
        }),
    )
}

/** Absent is what was not named: JSON leaves it out. */
function patchOf({ adminEnabled, anonymousPullEnabled, storageLimit, rateLimits, indexChildren }: UpdateOptions): RegistryPatch {
  const given = { adminUserEnabled: adminEnabled, anonymousPullEnabled, longshore: { storageLimit, rateLimits, indexChildren } }
  return { properties: JSON.parse(JSON.stringify(given)) as NonNullable<RegistryPatch['properties']> }
}

function summaryOf({ name, sku, properties }: ArmRegistry): RegistrySummary {
  const longshore = properties.longshore ?? registryDefaults.longshore
  return {
    name: name.toLowerCase(),
    adminUserEnabled: properties.adminUserEnabled,
    anonymousPullEnabled: properties.anonymousPullEnabled,
    sku: sku.name,
    rateLimits: longshore.rateLimits,
    indexChildren: longshore.indexChildren,
    storageLimit: storageLimitOf({ longshore }, sku.name),
  }
}
