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
    host.out(serving.credentials || serving.owner ? firstWelcome(cli, serving) : welcome(cli, serving))
    if (!stopped.aborted) await new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }))
    await serving.stop()
  })
}

const welcome = ({ say }: Cli, { http, https, dataDir }: Serving): string =>
  `${say('serve.running', { addresses: addresses({ http, https }), dataDir })}\n`

const addresses = ({ http, https }: { http: string | undefined; https: string | undefined }): string =>
  [http && `http://${http}`, https && `https://${https}`].filter((each) => each).join('  ')

/** Everything that a person needs for a first push; the password is shown here and by `credential show`. */
function firstWelcome({ say }: Cli, serving: Serving): string {
  const { http, https, admin, dataDir, caPath, credentials, owner, registry } = serving
  const door = http ?? https
  const rows: [string, string][] = [[say('serve.addresses'), addresses(serving)]]
  if (admin) rows.push([say('serve.admin'), `http://${admin}  (/readyz /metrics)`])
  if (credentials) rows.push([say('serve.user'), credentials.username], [say('serve.password'), credentials.passwords[0]?.value ?? ''])
  if (owner) rows.push([say('serve.owner'), owner.login], [say('serve.password'), owner.password])
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
    lines.push('', say('serve.tryAz'), '', '  eval "$(longshore env)"', `  az login -u ${owner.login}`, `  az acr login -n ${registry}`)
  return `${[...lines, '', say('serve.again')].join('\n')}\n\n`
}

const indent = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
