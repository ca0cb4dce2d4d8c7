import { type Command, Option } from 'commander'
import type { ArmRegistry } from '#client/arm.ts'
import type { GraphClient, GraphServicePrincipal } from '#client/graph.ts'
import {
  addDataOptions,
  addOutputOption,
  addRegistryOption,
  asOperator,
  type Cli,
  type DataOptions,
  newCommand,
  type OutputOptions,
  type RegistryOptions,
} from '../command.ts'
import type { Operator } from '../host.ts'
import { namedRegistry } from '../named-registry.ts'
import { ownersOf } from '../principal-credentials.ts'
import { json } from '../print.ts'
import { addClusterOptions, Cluster, type ClusterOptions } from './cluster.ts'
import { addIssueOptions, issue, type IssueOptions, secretNameOf, serversOf } from './issue.ts'
import { findPrincipal, type Made, ofOurs, principalPuller, pullAssignments } from './pullers.ts'
import { isLoopback, madeLines } from './report.ts'

interface Options extends DataOptions, OutputOptions, RegistryOptions, ClusterOptions {
  namespace: string[]
  serviceAccount: string[]
  servicePrincipal?: string
  cluster?: string
  name?: string
}

const withPlaces = (command: Command, cli: Cli): Command => {
  const { say } = cli
  addOutputOption(addRegistryOption(addDataOptions(command, cli), cli), cli)
    .addOption(new Option('--namespace <name...>', say('kubernetes.attach.namespace')).default(['default'], 'default'))
    .addOption(new Option('--service-account <name...>', say('kubernetes.attach.account')).default(['default'], 'default'))
    .option('--service-principal <name>', say('kubernetes.attach.principal'))
    .option('--cluster <name>', say('kubernetes.attach.cluster'))
    .option('--name <name>', say('kubernetes.name'))
  return addClusterOptions(command, cli)
}

export function attachCommand(cli: Cli): Command {
  const { say } = cli
  const command = newCommand('attach', say('kubernetes.attach.summary'), say('kubernetes.attach.more'))
  return addIssueOptions(withPlaces(command, cli), cli).action(async (options: Options & IssueOptions) => {
    const made: Made[] = []
    try {
      await asOperator(cli, options, (operator) => attach(cli, operator, options, made))
    } catch (error) {
      for (const line of madeLines(cli, made)) cli.host.problem(`${line}\n`)
      if (made.length > 0) cli.host.problem(`${say('kubernetes.undo', { command: detachLine(options) })}\n`)
      throw error
    }
  })
}

export function detachCommand(cli: Cli): Command {
  const { say } = cli
  const command = newCommand('detach', say('kubernetes.detach.summary'), say('kubernetes.detach.more'))
  return withPlaces(command, cli).action(async (options: Options) => {
    await asOperator(cli, options, (operator) => detach(cli, operator, options))
  })
}

/** What this cluster is called in the directory: the principal, and its passwords for each Secret. */
async function namesIn(cluster: Cluster, { cluster: called, servicePrincipal }: Options) {
  const id = called ?? (await cluster.id())
  return { id, principal: servicePrincipal ?? `kubernetes-${id}` }
}

const labelOf = (registry: ArmRegistry, cluster: string, place: { name: string; namespace: string }): string =>
  `${registry.name.toLowerCase()}@${cluster}/${place.namespace}/${place.name}`

async function attach(cli: Cli, operator: Operator, options: Options & IssueOptions, made: Made[]): Promise<void> {
  const { host, say } = cli
  const registry = await namedRegistry(operator.arm, options.registry)
  const cluster = new Cluster(host, options)
  const { id, principal } = await namesIn(cluster, options)
  const name = options.name ?? secretNameOf(registry.name)
  // Everything is tried dry before anything is made: a cluster that refuses leaves nothing behind in the directory.
  const looked = []
  for (const namespace of options.namespace) {
    looked.push(await cluster.look({ name, namespace }))
    for (const account of options.serviceAccount) await cluster.changeAccount(account, { name, namespace }, 'try')
  }
  const report = []
  for (const { place, found } of looked) {
    const now = host.now()
    const told = { now, made: (thing: Made) => made.push(thing) }
    const label = labelOf(registry, id, place)
    const puller = await principalPuller(operator, registry, { name: principal, label, makeGuid: host.makeGuid, ...told })
    const issued = await issue(puller, { ...options, registry, place, found, whenLost: 'replace', ...told })
    if (issued.isNew) {
      await cluster.apply(issued.secret)
      made.push({ what: 'secret', ...place })
    }
    for (const account of options.serviceAccount) {
      await cluster.changeAccount(account, place, 'add')
      made.push({ what: 'account', name: account, namespace: place.namespace, secret: place.name })
    }
    const { username, expires, isNew: changed } = issued
    report.push({ ...place, username, expires, changed, serviceAccounts: options.serviceAccount })
  }
  const servers = serversOf(registry, options.server)
  const undo = [detachLine(options)]
  if (options.output === 'json')
    host.out(json({ registry: registry.name.toLowerCase(), servers, servicePrincipal: principal, secrets: report, made, undo }))
  else {
    for (const { name: secret, namespace, changed } of report)
      if (!changed) host.out(`${say('kubernetes.unchanged', { name: secret, namespace })}\n`)
    for (const line of madeLines(cli, made)) host.out(`${line}\n`)
    host.out(`${say('kubernetes.attach.next', { registry: registry.name.toLowerCase() })}\n`)
    for (const line of undo) host.out(`${say('kubernetes.undo', { command: line })}\n`)
  }
  if (servers.every(isLoopback)) host.problem(`longshore: ${say('kubernetes.loopback', { server: registry.properties.loginServer })}\n`)
}

/** The same words again, but for what only attach knows. */
function detachLine({ registry, namespace, serviceAccount, servicePrincipal, cluster, name, context, kubeconfig }: Options): string {
  const given = [
    ['--registry', [registry]],
    ['--namespace', namespace],
    ['--service-account', serviceAccount.join() === 'default' ? [] : serviceAccount],
    ['--service-principal', servicePrincipal],
    ['--cluster', cluster],
    ['--name', name],
    ['--context', context],
    ['--kubeconfig', kubeconfig],
  ] as const
  const words = given.flatMap(([flag, value]) => (value === undefined || value.length === 0 ? [] : [flag, ...[value].flat()]))
  return `longshore kubernetes detach ${words.join(' ')}`
}

type Taken = { what: 'account' | 'secret' | 'password' | 'role' | 'principal'; name: string; namespace?: string }

/** What attach made, from the end to its beginning; what is gone already is passed over. */
async function detach(cli: Cli, operator: Operator, options: Options): Promise<void> {
  const { host, say } = cli
  const { arm, graph } = operator
  const registry = await namedRegistry(arm, options.registry)
  const cluster = new Cluster(host, options)
  const { id, principal: called } = await namesIn(cluster, options)
  const name = options.name ?? secretNameOf(registry.name)
  const taken: Taken[] = []
  for (const namespace of options.namespace) {
    // Fails where somebody else's Secret has the name: then it is not what attach made.
    const { found } = await cluster.look({ name, namespace })
    for (const account of options.serviceAccount) {
      await cluster.changeAccount(account, { name, namespace }, 'take')
      taken.push({ what: 'account', name: account, namespace })
    }
    if (!found) continue
    await cluster.deleteSecret({ name, namespace })
    taken.push({ what: 'secret', name, namespace })
  }
  const principal = await findPrincipal(graph, called)
  if (principal) {
    for (const namespace of options.namespace)
      if (await endPasswords(graph, principal, labelOf(registry, id, { name, namespace }), host.now()))
        taken.push({ what: 'password', name: called, namespace })
    taken.push(...(await leaveRegistry(operator, registry, principal)))
  }
  if (options.output === 'json') return host.out(json({ registry: registry.name.toLowerCase(), taken }))
  for (const { what, name: whose, namespace = '' } of taken) host.out(`${say(`kubernetes.taken.${what}`, { name: whose, namespace })}\n`)
  host.out(`${say('kubernetes.detach.rest')}\n`)
}

async function endPasswords(graph: GraphClient, principal: GraphServicePrincipal, label: string, now: number): Promise<boolean> {
  const ours = ofOurs(await ownersOf(graph, principal), label, now)
  for (const { collection, owner, id } of ours) await graph.removePassword(collection, owner, id)
  return ours.length > 0
}

/** The right goes with the last password for this registry, and the principal with its last password of all. */
async function leaveRegistry({ arm, graph }: Operator, registry: ArmRegistry, principal: GraphServicePrincipal): Promise<Taken[]> {
  const owners = await ownersOf(graph, await graph.servicePrincipal(principal.id))
  const left = owners.flatMap(({ passwordCredentials, keyCredentials }) => [...passwordCredentials, ...keyCredentials])
  const name = principal.displayName
  if (left.some(({ displayName }) => displayName?.startsWith(`${registry.name.toLowerCase()}@`))) return []
  const taken: Taken[] = []
  for (const { id } of await pullAssignments(arm, registry, principal.id)) {
    await arm.deleteRoleAssignment(id)
    taken.push({ what: 'role', name })
  }
  if (left.length > 0) return taken
  const application = await graph.applicationOf(principal.appId)
  await (application ? graph.delete('applications', application.id) : graph.delete('servicePrincipals', principal.id))
  return [...taken, { what: 'principal', name }]
}
