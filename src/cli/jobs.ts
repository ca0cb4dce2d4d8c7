import { type Command, InvalidArgumentError } from 'commander'
import type { JobInfo } from '#core/maintenance.ts'
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

type Options = DataOptions & OutputOptions

export function jobsCommand(cli: Cli): Command {
  const { say } = cli
  const retry = newCommand('retry', say('jobs.retry.summary'), say('jobs.retry.more')).argument(
    '<id>',
    say('jobs.retry.id'),
    idArgument(cli),
  )
  return addOutputOption(addDataOptions(newCommand('jobs', say('jobs.summary'), say('jobs.more')), cli), cli)
    .option('--stuck', say('jobs.stuck'))
    .action(async (options: Options & { stuck?: true }) => {
      const jobs = await asOperator(cli, options, ({ machine }) => machine.listJobs({ stuck: options.stuck === true }))
      print(cli, options, jobs, (found) => (found.length === 0 ? `${say('jobs.none')}\n` : table(cli, found)))
    })
    .addCommand(
      addOutputOption(addDataOptions(retry, cli), cli).action(async (id: number, _options: Options, command: Command) => {
        // Options that both have are taken by the command above, wherever they stand.
        const options = command.optsWithGlobals<Options>()
        print(cli, options, await asOperator(cli, options, ({ machine }) => machine.retryJob({ id })), (job) => table(cli, [job]))
      }),
    )
}

const idArgument =
  ({ say }: Cli) =>
  (text: string): number => {
    if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text)
    throw new InvalidArgumentError(say('expected.count'))
  }

const table = ({ say }: Cli, jobs: readonly JobInfo[]): string =>
  grid(
    [say('jobs.id'), say('jobs.kind'), say('jobs.about'), say('jobs.state'), say('jobs.attempts'), say('jobs.next'), say('jobs.error')],
    jobs.map(({ id, kind, about, state, attempts, nextTry, lastError }) => [
      String(id),
      kind,
      about,
      say(`jobs.state.${state}`),
      String(attempts),
      nextTry ?? '',
      (lastError ?? '').split('\n')[0] ?? '',
    ]),
  )
