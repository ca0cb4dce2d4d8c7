import { type Command, InvalidArgumentError } from 'commander'
import type { Login } from '#client/registry.ts'
import { measureSpeed, type Rate, type SpeedReport } from '#client/speed.ts'
import { Refusal } from '#core/refusal.ts'
import {
  addDataOptions,
  addOutputOption,
  addRegistryOption,
  byteCountArgument,
  type Cli,
  type DataOptions,
  newCommand,
  asOperator,
  type OutputOptions,
  print,
  type RegistryOptions,
} from './command.ts'
import { adminCredentialsOf } from './named-registry.ts'
import { pairs } from './print.ts'
import { figureOf, sizeOf } from './size.ts'

interface SpeedCommand extends DataOptions, OutputOptions, RegistryOptions {
  user?: string
  passwordStdin?: true
  ca?: string
  repository: string
  size: number | 'none'
  seconds: number
  connections: number
}

interface Place {
  origin: string
  login: Login | undefined
  ca: string | undefined
}

export function speedCommand(cli: Cli): Command {
  const { host, say } = cli
  const command = newCommand('speed', say('speed.summary'), say('speed.more')).argument('[address]', say('speed.address'))
  const number = (least: number, most: number) => (text: string) => {
    const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(say('expected.number', { least, most }))
  }
  return addOutputOption(addRegistryOption(addDataOptions(command, cli), cli), cli)
    .option('--user <name>', say('speed.user'))
    .option('--password-stdin', say('speed.password-stdin'))
    .option('--ca <file>', say('speed.ca'))
    .option('--repository <name>', say('speed.repository'), 'longshore-speed')
    .option('--size <bytes>', say('speed.size'), byteCountArgument(cli), 64 * 1024 ** 2)
    .option('--seconds <count>', say('speed.seconds'), number(1, 600), 10)
    .option('--connections <count>', say('speed.connections'), number(1, 32), 4)
    .action(async (address: string | undefined, options: SpeedCommand) => {
      const { repository, seconds, connections } = options
      const size = options.size === 'none' ? mostBytes : Math.min(Math.max(options.size, connections), mostBytes)
      const { origin, login, ca } =
        address === undefined ? await here(cli, options) : { ...there(address), login: undefined, ca: undefined }
      const report = await measureSpeed({
        origin,
        login: (await given(cli, options)) ?? login ?? host.dockerLogin(new URL(origin).host),
        ca: options.ca === undefined ? ca : host.readText(host.absolute(options.ca)),
        connections,
        repository,
        size,
        seconds,
        signal: host.interruption(),
      })
      print(cli, options, report, (shown) => tableOf(cli, shown))
      if (report.left.length > 0) host.problem(`longshore: ${say('speed.left', { count: report.left.length, repository })}\n`)
    })
}

const mostBytes = 10 * 1024 ** 3

/** The registry of the data folder, as its admin user. */
async function here(cli: Cli, options: SpeedCommand): Promise<Place> {
  return asOperator(cli, options, async ({ arm, machine }) => {
    const { registry } = options
    const { control, domain, registries } = await machine.addresses()
    const name = registry.toLowerCase()
    // The first one answers at an address that every machine finds.
    const isFirst = registries[0] === name
    const url = new URL(control)
    const origin = isFirst ? control : `${url.protocol}//${name}.${domain}`
    const ca = await localCa(cli, machine)
    if (options.user !== undefined) return { origin, login: undefined, ca }
    const { username, passwords } = await adminCredentialsOf(arm, registry)
    return { origin, login: { username, password: passwords[0]?.value ?? '' }, ca }
  })
}

async function localCa(
  { host }: Cli,
  machine: { authority: (input: { renew: boolean }) => Promise<{ path: string }> },
): Promise<string | undefined> {
  try {
    return host.readText((await machine.authority({ renew: false })).path)
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'no-local-authority') return undefined
    throw error
  }
}

function there(address: string): { origin: string } {
  const text = /^https?:\/\//.test(address) ? address : `https://${address}`
  if (!URL.canParse(text)) throw new Refusal('registry-unreachable', { address, reason: 'https://host[:port]' })
  return { origin: new URL(text).origin }
}

/** The password stands on standard input: a command line is seen by everybody. */
async function given({ host }: Cli, { user, passwordStdin }: SpeedCommand): Promise<Login | undefined> {
  if (user === undefined) return undefined
  return { username: user, password: passwordStdin ? (await host.input()).trim() : '' }
}

function tableOf({ say }: Cli, { registry, connections, latency, upload, download }: SpeedReport): string {
  const rate = ({ bytes, seconds, bytesPerSecond }: Rate) =>
    say('speed.rate', {
      rate: `${sizeOf(say, bytesPerSecond)}/s`,
      bits: `${figureOf(say, String(Math.round((bytesPerSecond * 8) / 1e5) / 10))} Mbit/s`,
      bytes: sizeOf(say, bytes),
      seconds: figureOf(say, seconds.toFixed(2)),
    })
  const { median, fastest, slowest, requests } = latency
  return pairs([
    [say('speed.registry'), registry],
    [say('speed.connections.row'), String(connections)],
    [say('speed.latency'), say('speed.milliseconds', { median, fastest, slowest, requests })],
    [say('speed.upload'), rate(upload)],
    [say('speed.download'), `${rate(download)}${download.from === new URL(registry).host ? '' : ` · ${download.from}`}`],
  ])
}
