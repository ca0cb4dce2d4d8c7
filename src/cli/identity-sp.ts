import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ServicePrincipalCredential, ServicePrincipalSummary } from '#core/identity-deeds.ts'
import { Refusal } from '#core/refusal.ts'
import { type Cli, newCommand, onDeeds, print } from './command.ts'
import { leaf, type LeafOptions, perform } from './identity-leaf.ts'
import { grid, pairs } from './print.ts'

type CredentialOptions = LeafOptions & { years?: number; cert?: string; createCert?: string }
type Told = ServicePrincipalCredential & { fileWithCertAndPrivateKey?: string }

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
        .action(async (options: CredentialOptions & { name: string; role?: string; scope?: string; yes?: true }) => {
          const { name, role, scope, yes } = options
          if (!yes) await askBeforeAnother(cli, options, name)
          const given = { name, ...(role === undefined ? {} : { role }), ...(scope === undefined ? {} : { scope }) }
          await tell(cli, options, name, (deeds, credential) => deeds.createServicePrincipal({ ...given, ...credential }))
        }),
    )
    .addCommand(
      leaf(cli, 'list', say('identity.sp.list.summary'), say('identity.sp.list.more')).action(async (options: LeafOptions) => {
        await perform(cli, options, (deeds) => deeds.listServicePrincipals(), shown)
      }),
    )
    .addCommand(
      one('show').action(async (principal: string, options: LeafOptions) => {
        await perform(cli, options, (deeds) => deeds.showServicePrincipal({ principal }), single)
      }),
    )
    .addCommand(
      one('delete').action(async (principal: string, options: LeafOptions) => {
        await perform(cli, options, (deeds) => deeds.deleteServicePrincipal({ principal }), single)
      }),
    )
    .addCommand(
      withCredential(leaf(cli, 'reset-credential', say('identity.sp.reset.summary'), say('identity.sp.reset.more')))
        .argument('<principal>', say('identity.sp.which'))
        .option('--append', say('identity.sp.append'))
        .action(async (principal: string, options: CredentialOptions & { append?: true }) => {
          const append = options.append === true
          await tell(cli, options, principal, (deeds, credential) => deeds.resetServicePrincipal({ principal, append, ...credential }))
        }),
    )
}

/** Azure lets two have one name; mostly the second is the first, made again by mistake. */
async function askBeforeAnother(cli: Cli, options: LeafOptions, name: string): Promise<void> {
  const { host, say } = cli
  const there = (await onDeeds(cli, options, (deeds) => deeds.listServicePrincipals())).find((each) => each.displayName === name)
  if (!there) return
  if (await host.confirm(`${say('identity.sp.create.ask', { name, appId: there.appId })} `)) return
  throw new Refusal('principal-there', { name, appId: there.appId })
}

/** Does a deed that makes a credential, and prints it: the one time that it is told. */
async function tell(
  cli: Cli,
  options: CredentialOptions,
  name: string,
  deed: (
    deeds: Parameters<Parameters<typeof onDeeds>[2]>[0],
    credential: { years?: number; certificate?: string },
  ) => Promise<ServicePrincipalCredential>,
): Promise<void> {
  const { host } = cli
  const { years, cert, createCert } = options
  const file = createCert === undefined ? undefined : host.absolute(createCert)
  // The key is made here and stays here: the directory gets the certificate alone.
  const made = file === undefined ? undefined : await host.makeCertificate(name, years ?? 1)
  if (made && file !== undefined) host.writeSecretFile(file, made.key + made.cert)
  const certificate = made?.cert ?? (cert === undefined ? undefined : certificateOf(host.readText(cert)))
  const credential = {
    ...(years === undefined || certificate !== undefined ? {} : { years }),
    ...(certificate === undefined ? {} : { certificate }),
  }
  const done = onDeeds(cli, options, (deeds) => deed(deeds, credential))
  const { appId, displayName, password, tenant } = await done.catch((error: unknown) => {
    if (file !== undefined) host.removeFile(file)
    throw error
  })
  const told: Told = { appId, displayName, password, tenant, ...(file === undefined ? {} : { fileWithCertAndPrivateKey: file }) }
  print(cli, options, told, (result) => pairs(Object.entries(result).map(([key, value]) => [key, value ?? '-'] as const)))
}

/** A file may have the private key too: only the certificate leaves this process. */
const certificateOf = (pem: string): string => /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0] ?? '-'

const yearsArgument =
  ({ say }: Cli) =>
  (text: string): number => {
    if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 100) return Number(text)
    throw new InvalidArgumentError(say('expected.years'))
  }
