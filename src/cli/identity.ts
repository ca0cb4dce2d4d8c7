import type { Command } from 'commander'
import { type Cli, newCommand } from './command.ts'
import { groupCommand } from './identity-group.ts'
import { roleCommand } from './identity-role.ts'
import { servicePrincipalCommand } from './identity-sp.ts'
import { userCommand } from './identity-user.ts'

/** Who there is in the directory, and what each may do. */
export function identityCommand(cli: Cli): Command {
  const { say } = cli
  const command = newCommand('identity', say('identity.summary'), say('identity.more'))
  for (const make of [servicePrincipalCommand, userCommand, groupCommand, roleCommand]) command.addCommand(make(cli))
  return command
}
