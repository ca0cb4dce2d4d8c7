import { type Command, Option } from 'commander'
import type { ArmRegistry } from '#client/arm.ts'
import { Refusal } from '#core/refusal.ts'
import { addDataOptions, addRegistryOption, asOperator, type Cli, type DataOptions, newCommand, type RegistryOptions } from '../command.ts'
import type { Operator } from '../host.ts'
import { adminCredentialsOf, namedRegistry } from '../named-registry.ts'
import { namedServicePrincipal } from '../named-principal.ts'
import { json } from '../print.ts'
import { addClusterOptions, Cluster, type ClusterOptions } from './cluster.ts'
import { addIssueOptions, issue, type Issued, type IssueOptions, secretNameOf, serversOf } from './issue.ts'
import { type Made, principalPuller, tokenPuller } from './pullers.ts'
import { isLoopback, madeLines, undoLines } from './report.ts'
import { type FoundSecret, type Place, pullSecret, readPullSecret } from './secret.ts'

interface Options extends DataOptions, RegistryOptions, ClusterOptions, IssueOptions {
  token?: string
  scopeMap?: string
  servicePrincipal?: string
  passwordStdin?: true
  admin?: true
  name?: string
  namespace?: string
  apply?: true
  output: 'yaml' | 'json'
}

export function pullSecretCommand(cli: Cli): Command {
  const { say } = cli
  const command = newCommand('pull-secret', say('kubernetes.pull-secret.summary'), say('kubernetes.pull-secret.more'))
  addRegistryOption(addDataOptions(command, cli), cli)
    .option('--token <name>', say('kubernetes.pull-secret.token'))
    .option('--scope-map <name>', say('kubernetes.pull-secret.scope-map'))
    .option('--service-principal <principal>', say('kubernetes.pull-secret.principal'))
    .option('--password-stdin', say('kubernetes.pull-secret.password-stdin'))
    .option('--admin', say('kubernetes.pull-secret.admin'))
    .option('--name <name>', say('kubernetes.name'))
    .option('--namespace <name>', say('kubernetes.pull-secret.namespace'))
    .option('--apply', say('kubernetes.pull-secret.apply'))
    .addOption(new Option('--output <form>', say('kubernetes.pull-secret.output')).choices(['yaml', 'json']).default('yaml'))
  return addClusterOptions(addIssueOptions(command, cli), cli).action(async (options: Options) => {
    refuseOdd(options)
    const made: Made[] = []
    // The password of somebody else is read before anything is made.
    const given = options.passwordStdin ? (await cli.host.input()).replace(/\r?\n$/, '') : undefined
    try {
      await asOperator(cli, options, async (operator) => {
        const registry = await namedRegistry(operator.arm, options.registry)
        const cluster = options.apply ? new Cluster(cli.host, options) : undefined
        const wanted: Place = { name: options.name ?? secretNameOf(registry.name), namespace: options.namespace }
        const { place, found } = (await cluster?.look(wanted)) ?? { place: wanted, found: undefined }
        const issued = await loginFor(cli, operator, options, { registry, place, found, given, made: (thing) => made.push(thing) })
        if (cluster && issued.isNew) {
          await cluster.apply(issued.secret)
          made.push({ what: 'secret', name: place.name, namespace: place.namespace ?? '' })
        }
        await tell(cli, options, { registry, place, issued, made })
      })
    } catch (error) {
      // Half of it is there: what, and how it goes away.
      for (const line of madeLines(cli, made)) cli.host.problem(`${line}\n`)
      throw error
    }
  })
}

function refuseOdd({ token, scopeMap, servicePrincipal, admin, passwordStdin, rotate }: Options): void {
  const who = [token !== undefined || scopeMap !== undefined, servicePrincipal !== undefined, admin === true].filter(Boolean)
  if (who.length > 1) throw new Refusal('pull-login-several')
  if (passwordStdin && servicePrincipal === undefined) throw new Refusal('pull-password-given')
  if (rotate && (admin || passwordStdin)) throw new Refusal('pull-password-given')
}

interface Wanted {
  registry: ArmRegistry
  place: Place
  found: FoundSecret | undefined
  given: string | undefined
  made: (thing: Made) => void
}

async function loginFor(cli: Cli, operator: Operator, options: Options, wanted: Wanted): Promise<Issued> {
  const { registry, place, found, given, made } = wanted
  const now = cli.host.now()
  const asked = { ...options, registry, place, found, whenLost: 'refuse', now, made } as const
  if (options.admin) {
    const { username, passwords } = await adminCredentialsOf(operator.arm, registry.name)
    return asItIs(wanted, options, { username, password: passwords[0]?.value ?? '', credential: 'password' })
  }
  if (options.servicePrincipal === undefined) {
    const name = options.token ?? ['kubernetes', ...(place.namespace === undefined ? [] : [place.namespace])].join('-')
    return issue(await tokenPuller(operator.arm, registry, { name, scopeMap: options.scopeMap, now, made }), asked)
  }
  if (given !== undefined) {
    const { appId } = await namedServicePrincipal(operator.graph, options.servicePrincipal)
    return asItIs(wanted, options, { username: appId, password: given, credential: 'given' })
  }
  const { makeGuid } = cli.host
  const label = [registry.name.toLowerCase(), place.namespace, place.name].filter(Boolean).join('/')
  const puller = await principalPuller(operator, registry, { name: options.servicePrincipal, label, makeGuid, now, made })
  return issue(puller, asked)
}

/** A password that is there. */
function asItIs(
  { registry, place, found }: Wanted,
  { server }: Options,
  { username, password, credential }: { username: string; password: string; credential: string },
): Issued {
  const login = { servers: serversOf(registry, server), username, password }
  const before = found && readPullSecret(found)
  const isNew = JSON.stringify(before?.login) !== JSON.stringify(login)
  const note = { registry: registry.name.toLowerCase(), credential, expires: null }
  return { secret: pullSecret(place, login, note), username, expires: null, isNew }
}

interface Done {
  registry: ArmRegistry
  place: Place
  issued: Issued
  made: readonly Made[]
}

/** The Secret on standard output where it was not sent; what was done beside it, without the password. */
async function tell(cli: Cli, options: Options, { registry, place, issued, made }: Done): Promise<void> {
  const { host, say } = cli
  const undo = undoLines(made, registry)
  const servers = serversOf(registry, options.server)
  if (options.apply && options.output === 'json') {
    const { username, expires, isNew: changed } = issued
    host.out(json({ ...place, registry: registry.name.toLowerCase(), servers, username, expires, changed, made, undo }))
  } else {
    // Standard output is the Secret's alone where it goes there.
    const line = (text: string) => (options.apply ? host.out(`${text}\n`) : host.problem(`${text}\n`))
    if (!options.apply) host.out(options.output === 'json' ? json(issued.secret) : await host.yaml(issued.secret))
    if (options.apply && !issued.isNew) line(say('kubernetes.unchanged', { name: place.name, namespace: place.namespace ?? '' }))
    for (const each of madeLines(cli, made)) line(each)
    for (const command of undo) line(say('kubernetes.undo', { command }))
    if (options.rotate) line(say('kubernetes.rotated'))
  }
  if (options.admin) host.problem(`longshore: ${say('kubernetes.admin-warning')}\n`)
  if (servers.every(isLoopback)) host.problem(`longshore: ${say('kubernetes.loopback', { server: registry.properties.loginServer })}\n`)
}
