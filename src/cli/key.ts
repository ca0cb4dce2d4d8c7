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
import { grid } from './print.ts'

export function keyCommand(cli: Cli): Command {
  const { say } = cli
  const rotate = newCommand('rotate', say('key.rotate.summary'), say('key.rotate.more')).option('--revoke', say('key.rotate.revoke'))
  return newCommand('key', say('key.summary'), say('key.more')).addCommand(
    addOutputOption(addDataOptions(rotate, cli), cli).action(async (options: DataOptions & OutputOptions & { revoke?: true }) => {
      const rotated = await asOperator(cli, options, ({ machine }) => machine.rotateKey({ revoke: options.revoke === true }))
      print(cli, options, rotated, ({ keys }) =>
        grid(
          [say('key.kid'), say('key.signs'), say('key.verifies')],
          keys.map(({ kid, signsUntil, verifiesUntil }) => [kid, signsUntil, verifiesUntil]),
        ),
      )
    }),
  )
}
