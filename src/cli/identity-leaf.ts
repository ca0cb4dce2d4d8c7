import type { Command } from 'commander'
import type { Maintenance } from '#core/maintenance.ts'
import { addDataOptions, addOutputOption, type Cli, type DataOptions, newCommand, onDeeds, type OutputOptions, print } from './command.ts'

export type LeafOptions = DataOptions & OutputOptions

/** A command on the directory, with the options that all have. */
export function leaf(cli: Cli, name: string, summary: string, more: string): Command {
  return addOutputOption(addDataOptions(newCommand(name, summary, more), cli), cli)
}

/** Does a deed and prints what it gives. */
export async function perform<Result>(
  cli: Cli,
  options: LeafOptions,
  deed: (deeds: Maintenance) => Promise<Result>,
  table: (result: Result) => string,
): Promise<void> {
  print(cli, options, await onDeeds(cli, options, deed), table)
}
