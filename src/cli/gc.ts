import { type Command, InvalidArgumentError } from 'commander'
import { type Digest, isDigest } from '#core/digest.ts'
import type { Collected } from '#core/maintenance.ts'
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
import { explanation } from './explanation.ts'
import { pairs } from './print.ts'

type Options = DataOptions & OutputOptions & RegistryOptions & { explain?: Digest }

export function gcCommand(cli: Cli): Command {
  const { say } = cli
  return addOutputOption(addRegistryOption(addDataOptions(newCommand('gc', say('gc.summary'), say('gc.more')), cli), cli), cli)
    .option('--explain <digest>', say('gc.explain'), (text: string): Digest => {
      if (isDigest(text)) return text
      throw new InvalidArgumentError(say('expected.digest'))
    })
    .action(async (options: Options) => {
      const { registry, explain: digest } = options
      if (digest === undefined)
        print(cli, options, await asOperator(cli, options, ({ machine }) => machine.collect()), (collected) =>
          collectedTable(cli, collected),
        )
      else
        print(cli, options, await asOperator(cli, options, ({ machine }) => machine.explain({ registry, digest })), (explained) =>
          explanation(say, explained),
        )
    })
}

const collectedTable = ({ say }: Cli, collected: Collected): string =>
  pairs([
    [say('gc.reviewed'), String(collected.reviewed)],
    [say('gc.condemned'), `${collected.condemned} (${sizeOf(say, collected.condemnedBytes)})`],
    [say('gc.deleted'), `${collected.deleted} (${sizeOf(say, collected.deletedBytes)})`],
    [say('gc.uploads'), String(collected.uploads)],
  ])
