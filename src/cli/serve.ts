import type { Command } from 'commander'
import { addDataOptions, type Cli, type DataOptions, newCommand, sourceOf } from './command.ts'
import type { Serving } from './host.ts'
import { pairs } from './print.ts'
import { addSettingOptions } from './setting-options.ts'

export function serveCommand(cli: Cli): Command {
  const { host, say } = cli
  const command = addDataOptions(newCommand('serve', say('serve.summary'), say('serve.more')), cli)
  const settings = addSettingOptions(command, cli)
  return command.action(async (options: DataOptions & Record<string, unknown>) => {
    const stopped = host.interruption()
    const serving = await host.serve(sourceOf(options, settings))
    try {
      await greet(cli, serving)
    } catch (error) {
      await serving.stop()
      throw error
    }
    if (!stopped.aborted) await new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }))
    await serving.stop()
  })
}

async function greet(cli: Cli, serving: Serving): Promise<void> {
  if (!serving.unshownPasswords) return cli.host.out(welcome(cli, serving))
  if (serving.passwordFile !== undefined) serving.keepPasswords(passwordLines(serving.unshownPasswords))
  cli.host.out(firstWelcome(cli, serving, serving.unshownPasswords))
  await serving.markPasswordsShown()
}

/** What a script reads; the names stay. */
const passwordLines = ({ credentials, owner }: UnshownPasswords): [string, string][] => [
  ...(credentials
    ? ([
        ['registry_user', credentials.username],
        ['registry_password', passwordOf(credentials)],
      ] as [string, string][])
    : []),
  ...(owner
    ? ([
        ['owner_login', owner.login],
        ['owner_password', owner.password],
      ] as [string, string][])
    : []),
]

const welcome = ({ say }: Cli, { http, https, dataDir }: Serving): string =>
  `${say('serve.running', { addresses: addresses({ http, https }), dataDir })}\n`

const addresses = ({ http, https }: { http: string | undefined; https: string | undefined }): string =>
  [http && `http://${http}`, https && `https://${https}`].filter((each) => each).join('  ')

/** Everything that a person needs for a first push; the passwords are shown here, or where they lie. */
function firstWelcome({ say, called }: Cli, serving: Serving, { credentials, owner }: UnshownPasswords): string {
  const { http, https, admin, dataDir, caPath, registry, passwordFile } = serving
  const door = http ?? https
  const rows: [string, string][] = [[say('serve.addresses'), addresses(serving)]]
  const password = (value: string) => (passwordFile === undefined ? rows.push([say('serve.password'), value]) : 0)
  if (admin) rows.push([say('serve.admin'), `http://${admin}  (/readyz /metrics)`])
  if (credentials) rows.push([say('serve.user'), credentials.username])
  if (credentials) password(passwordOf(credentials))
  if (owner) rows.push([say('serve.owner'), owner.login])
  if (owner) password(owner.password)
  if (passwordFile !== undefined && (credentials || owner)) rows.push([say('serve.passwords'), passwordFile])
  rows.push([say('serve.data'), dataDir])
  if (caPath) rows.push([say('serve.ca'), caPath])
  const lines = [say('serve.first', { registry }), '', ...indent(pairs(rows))]
  if (door && credentials)
    lines.push(
      '',
      say('serve.try'),
      '',
      `  docker login ${door} -u ${credentials.username}`,
      `  docker tag hello-world ${door}/hello:1`,
      `  docker push ${door}/hello:1`,
    )
  if (https && owner)
    lines.push(
      '',
      say('serve.tryAz'),
      '',
      `  eval "$(${called.program} env${called.place})"`,
      `  az login -u ${owner.login}`,
      `  az acr login -n ${registry}`,
    )
  const again = passwordFile === undefined ? say('serve.again') : say('serve.kept')
  return `${[...lines, '', again, say('serve.doctor')].join('\n')}\n\n`
}

type UnshownPasswords = NonNullable<Serving['unshownPasswords']>
const passwordOf = ({ passwords }: NonNullable<UnshownPasswords['credentials']>): string => passwords[0]?.value ?? ''

const indent = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
