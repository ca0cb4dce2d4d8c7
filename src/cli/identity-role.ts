import type { Command } from 'commander'
import type { ArmClient, ArmRoleAssignment } from '#client/arm.ts'
import type { GraphObject } from '#client/graph.ts'
import { Refusal } from '#core/refusal.ts'
import { keyOf, parseResourceId } from '#core/resource-id.ts'
import { type Cli, newCommand } from './command.ts'
import type { Operator } from './host.ts'
import { leaf, type LeafOptions, perform, unlessLastOwner } from './identity-leaf.ts'
import { namedPrincipal, nameOf } from './named-principal.ts'
import { grid } from './print.ts'

type Options = LeafOptions & { assignee: string; role: string; scope?: string }

export interface RoleSummary {
  /** Empty when there is no such principal any more. */
  principalName: string
  principalType: string
  principalId: string
  role: string
  scope: string
}

export function roleCommand(cli: Cli): Command {
  const { say } = cli
  const shown = (roles: readonly RoleSummary[]) =>
    grid(
      [say('identity.name'), say('identity.type'), say('identity.role'), say('identity.scope')],
      roles.map((each) => [each.principalName || each.principalId, each.principalType, each.role, each.scope]),
    )
  const single = (role: RoleSummary) => shown([role])
  const whole = (name: 'assign' | 'remove', work: (operator: Operator, options: Options) => Promise<RoleSummary>) =>
    leaf(cli, name, say(`identity.role.${name}.summary`), say(`identity.role.${name}.more`))
      .requiredOption('--assignee <principal>', say('identity.role.assignee'))
      .requiredOption('--role <name>', say('identity.role.which'))
      .option('--scope <id>', say('identity.role.at'))
      .action(async (options: Options) => {
        await perform(cli, options, (operator) => work(operator, options), single)
      })
  return newCommand('role', say('identity.role.summary'), say('identity.role.more'))
    .addCommand(
      whole('assign', async (operator, { assignee, role, scope }) => {
        const principal = await namedPrincipal(operator.graph, assignee)
        const given = { principal, role, ...(scope === undefined ? {} : { scope }), name: cli.host.makeGuid() }
        return giveRole(operator, given)
      }),
    )
    .addCommand(
      leaf(cli, 'list', say('identity.role.list.summary'), say('identity.role.list.more'))
        .option('--assignee <principal>', say('identity.role.assignee'))
        .option('--scope <id>', say('identity.role.only-at'))
        .action(async (options: LeafOptions & { assignee?: string; scope?: string }) => {
          await perform(cli, options, (operator) => listRoles(operator, options), shown)
        }),
    )
    .addCommand(whole('remove', takeRole))
}

/** Without a scope: at the first subscription. */
async function giveRole(
  { arm, graph }: Operator,
  given: { principal: GraphObject; role: string; scope?: string; name: string },
): Promise<RoleSummary> {
  const { principal, role, name } = given
  const scope = await scopeOf(arm, given.scope)
  const roleDefinitionId = (await roleAt(arm, scope, role))?.id ?? role
  const assignment = await arm.putRoleAssignment(scope, name, { roleDefinitionId, principalId: principal.id })
  return summaryOf(assignment, await namesOf({ arm, graph }, [assignment]))
}

async function listRoles(operator: Operator, { assignee, scope }: { assignee?: string; scope?: string }): Promise<RoleSummary[]> {
  const { arm, graph } = operator
  const principal = assignee === undefined ? undefined : await namedPrincipal(graph, assignee)
  const at = scope === undefined ? undefined : parseResourceId(scope).text
  const found = await assignments(arm, { scope: at ?? '/', principal })
  const kept = at === undefined ? found : found.filter((each) => isAt(each, at))
  const names = await namesOf({ arm, graph }, kept)
  return kept.map((each) => summaryOf(each, names))
}

async function takeRole(operator: Operator, { assignee, role, scope: asked }: Options): Promise<RoleSummary> {
  const { arm, graph } = operator
  const principal = await namedPrincipal(graph, assignee)
  const scope = await scopeOf(arm, asked)
  const definition = await roleAt(arm, scope, role)
  if (!definition) throw new Refusal('role-unknown', { role })
  const found = await assignments(arm, { scope, principal })
  const assignment = found.find((each) => isAt(each, scope) && nameIn(each.properties.roleDefinitionId) === definition.name)
  if (!assignment) throw new Refusal('role-not-held', { name: nameOf(principal), role: definition.properties.roleName, scope })
  await unlessLastOwner(() => arm.deleteRoleAssignment(assignment.id))
  return summaryOf(assignment, await namesOf({ arm, graph }, [assignment]))
}

const assignments = (arm: ArmClient, { scope, principal }: { scope: string; principal: GraphObject | undefined }) =>
  Array.fromAsync(arm.roleAssignments(scope, principal && `principalId eq '${principal.id}'`))

const isAt = ({ properties }: ArmRoleAssignment, scope: string): boolean => keyOf(properties.scope) === keyOf(scope)

/** The GUID at the end of a role's id. */
const nameIn = (roleDefinitionId: string): string => roleDefinitionId.slice(roleDefinitionId.lastIndexOf('/') + 1)

/** By name or id, whatever the case. */
async function roleAt(arm: ArmClient, scope: string, role: string) {
  const wanted = role.toLowerCase()
  for await (const each of arm.roleDefinitions(scope))
    if ([each.properties.roleName, each.name, each.id].some((text) => text.toLowerCase() === wanted)) return each
  return undefined
}

/** As it was named; without a name the first subscription. Fails with `request-invalid` for an id that is none. */
export async function scopeOf(arm: ArmClient, scope: string | undefined): Promise<string> {
  if (scope !== undefined) return parseResourceId(scope).text
  for await (const { id } of arm.subscriptions()) return id
  throw new Refusal('no-subscription')
}

interface Names {
  principals: ReadonlyMap<string, string>
  roles: ReadonlyMap<string, string>
}

/** What people call the principals and the roles of assignments; a role of its own scope is asked for there. */
async function namesOf({ arm, graph }: Pick<Operator, 'arm' | 'graph'>, found: readonly ArmRoleAssignment[]): Promise<Names> {
  const objects = await graph.objects([...new Set(found.map(({ properties }) => properties.principalId))])
  const roles = new Map<string, string>()
  for (const { properties } of found) {
    if (roles.has(nameIn(properties.roleDefinitionId))) continue
    for await (const each of arm.roleDefinitions(properties.scope)) roles.set(each.name, each.properties.roleName)
  }
  return { principals: new Map(objects.map((each) => [each.id, nameOf(each)])), roles }
}

const summaryOf = ({ properties }: ArmRoleAssignment, { principals, roles }: Names): RoleSummary => ({
  principalName: principals.get(properties.principalId) ?? '',
  principalType: properties.principalType,
  principalId: properties.principalId,
  role: roles.get(nameIn(properties.roleDefinitionId)) ?? nameIn(properties.roleDefinitionId),
  scope: properties.scope,
})
