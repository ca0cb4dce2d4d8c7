import type { Command } from 'commander'
import { ApiFailure } from '#client/json-api.ts'
import { Refusal } from '#core/refusal.ts'
import {
  addDataOptions,
  addOutputOption,
  asOperator,
  type Cli,
  type DataOptions,
  newCommand,
  type OutputOptions,
  print,
} from './command.ts'
import type { Operator } from './host.ts'

export type LeafOptions = DataOptions & OutputOptions

/** A command on the directory, with the options that all have. */
export function leaf(cli: Cli, name: string, summary: string, more: string): Command {
  return addOutputOption(addDataOptions(newCommand(name, summary, more), cli), cli)
}

/** Works as the operator and prints what comes of it. */
export async function perform<Result>(
  cli: Cli,
  options: LeafOptions,
  work: (operator: Operator) => Promise<Result>,
  table: (result: Result) => string,
): Promise<void> {
  print(cli, options, await asOperator(cli, options, work), table)
}

/** ARM and Graph refuse to take away the last owner; what to do first is told here, in the person's language. */
export async function unlessLastOwner<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ApiFailure && isLastOwner(error)) throw new Refusal('last-owner')
    throw error
  }
}

// Graph has no code for it; nothing else in the directory is in use.
const isLastOwner = ({ status, code }: ApiFailure): boolean =>
  code === 'CannotDeleteLastRbacAdminAssignment' || (status === 409 && code === 'Request_BadRequest')
