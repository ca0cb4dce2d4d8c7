import type { Command } from 'commander'
import { type Cli, newCommand } from '../command.ts'
import { attachCommand, detachCommand } from './attach.ts'
import { checkCommand } from './check.ts'
import { pullSecretCommand } from './pull-secret.ts'

/** How the nodes of a cluster sign in here. */
export function kubernetesCommand(cli: Cli): Command {
  const { say } = cli
  const command = newCommand('kubernetes', say('kubernetes.summary'), say('kubernetes.more'))
  for (const make of [pullSecretCommand, attachCommand, detachCommand, checkCommand]) command.addCommand(make(cli))
  return command
}
