import { type Command, InvalidArgumentError, Option } from 'commander'
import type { GraphApplication, GraphClient, GraphServicePrincipal } from '#client/graph.ts'
import { Refusal } from '#core/refusal.ts'
import { asOperator, type Cli, newCommand, print } from './command.ts'
import type { Operator } from './host.ts'
import { leaf, type LeafOptions, perform, unlessLastOwner } from './identity-leaf.ts'
import { scopeOf } from './identity-role.ts'
import { namedServicePrincipal } from './named-principal.ts'
import { grid, pairs } from './print.ts'
import { addCredential, askedOf, endCredentials, type NewCredential, ownersOf } from './principal-credentials.ts'

type CredentialOptions = LeafOptions & { years?: number; cert?: string; createCert?: string }
type CreateOptions = CredentialOptions & { name: string; role?: string; scope?: string; yes?: true }

/** As `az ad sp create-for-rbac` prints it; no password where a certificate was given. */
export interface ServicePrincipalCredential {
  appId: string
  displayName: string
  password: string | null
  tenant: string
  fileWithCertAndPrivateKey?: string
}

export interface ServicePrincipalSummary {
  appId: string
  displayName: string
  id: string
  enabled: boolean
  credentials: { keyId: string; kind: 'password' | 'certificate'; name: string | null; endsAt: string | null }[]
}

export function servicePrincipalCommand(cli: Cli): Command {
  const { say } = cli
  const shown = (principals: readonly ServicePrincipalSummary[]) =>
    grid(
      [say('identity.app-id'), say('identity.display-name'), say('identity.id'), say('identity.enabled'), say('identity.until')],
      principals.map((each) => [
        each.appId,
        each.displayName,
        each.id,
        String(each.enabled),
        each.credentials.map(({ endsAt }) => endsAt?.slice(0, 10) ?? '-').join(', '),
      ]),
    )
  const single = (principal: ServicePrincipalSummary) => shown([principal])
  const withCredential = (command: Command) =>
    command
      .option('--years <number>', say('identity.sp.years'), yearsArgument(cli))
      .addOption(new Option('--cert <file>', say('identity.sp.cert')).conflicts('createCert'))
      .option('--create-cert <file>', say('identity.sp.create-cert'))
  const one = (name: 'show' | 'delete') =>
    leaf(cli, name, say(`identity.sp.${name}.summary`), say(`identity.sp.${name}.more`)).argument('<principal>', say('identity.sp.which'))
  return newCommand('sp', say('identity.sp.summary'), say('identity.sp.more'))
    .addCommand(
      withCredential(leaf(cli, 'create', say('identity.sp.create.summary'), say('identity.sp.create.more')))
        .requiredOption('--name <text>', say('identity.sp.create.name'))
        .option('--role <name>', say('identity.role.which'))
        .option('--scope <id>', say('identity.role.at'))
        .option('--yes', say('identity.sp.create.yes'))
        .action(async (options: CreateOptions) => {
          if (options.scope !== undefined && options.role === undefined) throw new Refusal('scope-without-role')
          if (!options.yes) await askBeforeAnother(cli, options, options.name)
          await tell(cli, options, options.name, (operator, credential) => create(cli, operator, options, credential))
        }),
    )
    .addCommand(
      leaf(cli, 'list', say('identity.sp.list.summary'), say('identity.sp.list.more')).action(async (options: LeafOptions) => {
        await perform(cli, options, ({ graph }) => summaries(graph), shown)
      }),
    )
    .addCommand(
      one('show').action(async (principal: string, options: LeafOptions) => {
        await perform(cli, options, async ({ graph }) => summaryIn(graph, await namedServicePrincipal(graph, principal)), single)
      }),
    )
    .addCommand(
      one('delete').action(async (principal: string, options: LeafOptions) => {
        await perform(cli, options, ({ graph }) => remove(graph, principal), single)
      }),
    )
    .addCommand(
      withCredential(leaf(cli, 'reset-credential', say('identity.sp.reset.summary'), say('identity.sp.reset.more')))
        .argument('<principal>', say('identity.sp.which'))
        .option('--append', say('identity.sp.append'))
        .action(async (principal: string, options: CredentialOptions & { append?: true }) => {
          const isAppended = options.append === true
          await tell(cli, options, principal, ({ graph }, credential) => reset(cli, graph, { principal, isAppended, credential }))
        }),
    )
}

/** Azure lets two have one name; mostly the second is the first, made again by mistake. */
async function askBeforeAnother(cli: Cli, options: LeafOptions, name: string): Promise<void> {
  const { host, say } = cli
  const [there] = await asOperator(cli, options, ({ graph }) => Array.fromAsync(graph.servicePrincipalsNamed(name)))
  if (!there) return
  if (await host.confirm(`${say('identity.sp.create.ask', { name, appId: there.appId })} `)) return
  throw new Refusal('principal-there', { name, appId: there.appId })
}

/** An application, its service principal, a credential, and a role where one is named: one request, so all of it or nothing. */
async function create(
  { host }: Cli,
  { arm, graph }: Operator,
  { name, role, scope }: CreateOptions,
  credential: NewCredential,
): Promise<ServicePrincipalCredential> {
  const tenant = (await graph.organization()).id
  const given = role === undefined ? {} : { role: { roleDefinitionId: role, scope: await scopeOf(arm, scope) } }
  const made = await graph.createWholeApplication(name, { credential: askedOf(credential, host.now()), ...given })
  return { appId: made.appId, displayName: name, password: made.secretText, tenant }
}

async function reset(
  { host }: Cli,
  graph: GraphClient,
  { principal, isAppended, credential }: { principal: string; isAppended: boolean; credential: NewCredential },
): Promise<ServicePrincipalCredential> {
  const found = await namedServicePrincipal(graph, principal)
  const owners = await ownersOf(graph, found)
  // The new one first: were the others gone and this one refused, nobody could sign in.
  const password = await addCredential(graph, owners[0], credential, host.now())
  if (!isAppended) await endCredentials(graph, owners)
  return { appId: found.appId, displayName: found.displayName, password, tenant: (await graph.organization()).id }
}

/** With its application. */
async function remove(graph: GraphClient, name: string): Promise<ServicePrincipalSummary> {
  const found = await namedServicePrincipal(graph, name)
  const application = await graph.applicationOf(found.appId)
  await unlessLastOwner(() => (application ? graph.delete('applications', application.id) : graph.delete('servicePrincipals', found.id)))
  return summaryOf(found, application)
}

/** Makes a credential, and prints it: the one time that it is told. */
async function tell(
  cli: Cli,
  options: CredentialOptions,
  name: string,
  work: (operator: Operator, credential: NewCredential) => Promise<ServicePrincipalCredential>,
): Promise<void> {
  const { host } = cli
  const { years, cert, createCert } = options
  const file = createCert === undefined ? undefined : host.absolute(createCert)
  // The key is made here and stays here: the directory gets the certificate alone.
  const made = file === undefined ? undefined : await host.makeCertificate(name, years ?? 1)
  if (made && file !== undefined) host.writeSecretFile(file, made.key + made.cert)
  const certificate = made?.cert ?? (cert === undefined ? undefined : certificateOf(host.readText(cert)))
  const credential = certificate === undefined ? { years: years ?? 1 } : { certificate }
  const done = asOperator(cli, options, (operator) => work(operator, credential))
  const told = await done.catch((error: unknown) => {
    if (file !== undefined) host.removeFile(file)
    throw error
  })
  print(cli, options, { ...told, ...(file === undefined ? {} : { fileWithCertAndPrivateKey: file }) }, (result) =>
    pairs(Object.entries(result).map(([key, value]) => [key, value ?? '-'] as const)),
  )
}

/** A file may have the private key too: only the certificate leaves this process. */
const certificateOf = (pem: string): string => /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0] ?? '-'

const yearsArgument =
  ({ say }: Cli) =>
  (text: string): number => {
    if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 100) return Number(text)
    throw new InvalidArgumentError(say('expected.years'))
  }

async function summaries(graph: GraphClient): Promise<ServicePrincipalSummary[]> {
  const applications = new Map((await Array.fromAsync(graph.applications())).map((each) => [each.appId, each]))
  return Array.fromAsync(graph.servicePrincipals(), (each) => summaryOf(each, applications.get(each.appId)))
}

const summaryIn = async (graph: GraphClient, principal: GraphServicePrincipal): Promise<ServicePrincipalSummary> =>
  summaryOf(principal, await graph.applicationOf(principal.appId))

/** A principal signs in with its own credentials and those of its application. */
const summaryOf = (principal: GraphServicePrincipal, application: GraphApplication | undefined): ServicePrincipalSummary => ({
  appId: principal.appId,
  displayName: principal.displayName,
  id: principal.id,
  enabled: principal.accountEnabled,
  credentials: [application, principal].flatMap((owner) =>
    owner
      ? [
          ...owner.passwordCredentials.map((each) => ({ ...each, kind: 'password' as const })),
          ...owner.keyCredentials.map((each) => ({ ...each, kind: 'certificate' as const })),
        ].map(({ keyId, kind, displayName, endDateTime }) => ({ keyId, kind, name: displayName, endsAt: isoTime(endDateTime) }))
      : [],
  ),
})

const isoTime = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString())
