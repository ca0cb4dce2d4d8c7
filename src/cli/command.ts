import { Command, InvalidArgumentError, Option } from 'commander'
import { parseByteCount } from '#core/byte-count.ts'
import type { Host, Operator, Source } from './host.ts'
import { json } from './print.ts'
import type { Called, Words } from './words.ts'

/** What each command is given. */
export interface Cli {
  host: Host
  say: Words
  called: Called
  /** Ends the process with this instead of 0. */
  exitWith: (code: number) => void
}

export interface DataOptions {
  dataDir?: string
  config?: string
}
export interface OutputOptions {
  output: 'table' | 'json'
}
export interface RegistryOptions {
  registry: string
}

/** A command without its options; its help ends with examples. */
export function newCommand(name: string, summary: string, more: string): Command {
  return new Command(name).summary(summary).description(summary).addHelpText('after', `\n${more}`)
}

export function addDataOptions(command: Command, { say }: Cli): Command {
  return command.option('--data-dir <folder>', say('option.data-dir')).option('--config <file>', say('option.config'))
}

export function addOutputOption(command: Command, { say }: Cli): Command {
  return command.addOption(new Option('--output <form>', say('option.output')).choices(['table', 'json']).default('table'))
}

export function addRegistryOption(command: Command, { say }: Cli): Command {
  return command.option('--registry <name>', say('option.registry'), 'local')
}

export const sourceOf = (
  { dataDir, config, ...rest }: DataOptions & Record<string, unknown>,
  settings: readonly string[] = [],
): Source => ({
  flags: Object.fromEntries([
    ...(dataDir === undefined ? [] : [['dataDir', dataDir]]),
    ...settings.filter((name) => rest[name] !== undefined).map((name) => [name, String(rest[name])]),
  ]),
  file: config,
})

/** Works as the operator of the data directory that the options name, whether a server runs on it or not. */
export async function asOperator<Result>(
  cli: Cli,
  options: DataOptions,
  work: (operator: Operator) => Promise<Result>,
  settings: readonly string[] = [],
): Promise<Result> {
  const operator = await cli.host.operator(sourceOf({ ...options }, settings))
  try {
    return await work(operator)
  } finally {
    await operator.close()
  }
}

/** Prints data in the form that was asked for. */
export function print<Data>({ host }: Cli, { output }: OutputOptions, data: Data, table: (data: Data) => string): void {
  host.out(output === 'json' ? json(data) : table(data))
}

export const flagArgument =
  ({ say }: Cli) =>
  (text: string): boolean => {
    if (text === 'true' || text === 'false') return text === 'true'
    throw new InvalidArgumentError(say('expected.flag'))
  }

export const byteCountArgument =
  ({ say }: Cli) =>
  (text: string): number | 'none' => {
    const bytes = text === 'none' ? text : parseByteCount(text)
    if (bytes !== undefined) return bytes
    throw new InvalidArgumentError(say('expected.bytes'))
  }
