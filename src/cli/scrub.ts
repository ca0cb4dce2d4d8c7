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

export function scrubCommand(cli: Cli): Command {
  const { host, say } = cli
  return addOutputOption(addDataOptions(newCommand('scrub', say('scrub.summary'), say('scrub.more')), cli), cli).action(
    async (options: DataOptions & OutputOptions) => {
      const signal = host.interruption()
      const scrubbed = await asOperator(cli, options, ({ machine }) => machine.scrub({ signal }))
      if (scrubbed.bad.length + scrubbed.damage.length > 0) cli.exitWith(1)
      print(cli, options, scrubbed, ({ objects, manifests, bytes, bad, damage, strangers }) =>
        pairs([
          [say('scrub.objects'), String(objects)],
          [say('scrub.manifests'), String(manifests)],
          [say('scrub.bytes'), sizeOf(say, bytes)],
          [say('scrub.bad'), String(bad.length)],
          ...bad.map(
            ({ digest, problem }) => ['', `${digest}  ${say(problem === 'missing' ? 'scrub.missing' : 'scrub.corrupt')}`] as const,
          ),
          [say('scrub.database'), damage.length === 0 ? say('scrub.sound') : say('scrub.corrupt')],
          ...damage.map((finding) => ['', finding] as const),
          [say('scrub.strangers'), String(strangers.length)],
          ...strangers.map((key) => ['', key] as const),
        ]),
      )
    },
  )
}
