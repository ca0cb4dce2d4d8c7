import { parseArgs } from 'node:util'
import { type ServerName, serverNames } from './servers/server.ts'

export interface Options {
  command: 'compare' | 'soak'
  minutes: number
  /** Of the soak; without it as many as go. */
  pullsPerSecond: number | undefined
  /** Each item that is run, with those of its parts that are. */
  only: ReadonlyMap<string, readonly string[]>
  /** Only parts of items: what they do not measure is not missing. */
  narrowed: boolean
  servers: ServerName[]
  quick: boolean
  size: number
  kept: string | undefined
  quietPeers: boolean
  profile: boolean
  dir: string | undefined
  cores: { server: number | undefined; load: number | undefined }
}

interface Known {
  name: string
  parts?: readonly string[]
  whenAsked?: boolean
}

export function helpText(items: ReadonlyArray<Known & { title: string }>): string {
  const list = items
    .map(({ name, title, parts = [] }) => `  ${name.padEnd(15)} ${title}${parts.length > 0 ? ` (parts: ${parts.join(', ')})` : ''}`)
    .join('\n')
  return `npm run bench -- [options]            compare Longshore with its peers, here and now
npm run bench -- soak [minutes]       hold Longshore under mixed load, watch its memory (10 minutes)

Each server is started on loopback with a fresh folder on the same disk, side by side; rounds go from
server to server, so that noise of the machine reaches all of them. Printed is the median of each, and
how many times better Longshore is (×2.0: twice as good; ×0.5: half as good). Everything that was
measured is written to bench/results/<time>.json.

What favours the peers: they run without authentication, while Longshore checks a token with each request;
and all but zot-commit answer a push before it is on the disk, while Longshore answers after. Each server
logs as it does by default, into a file. Dirty pages are written out before each measurement.

Options
  --only NAME[:PART],… only these items, or only these parts of them: --only blob-get:1,blob-get:10
  --servers NAME,…     only these servers: ${serverNames.join(', ')}
  --quick              shorter, fewer rounds, fewer tags: for a look, not for a claim
  --quiet-peers        the peers log errors only, Longshore as by default: favours them more
  --profile            Longshore writes a .cpuprofile for each of its starts into bench/results
  --dir FOLDER         where data goes; must be a disk, not tmpfs (TMPDIR, or the system's)
  --size N             only the item "size", with a generated registry of N manifests (1000000)
  --kept FOLDER        with --size: generate the registry into FOLDER, or measure a copy of what is there
  --pulls N            pulls a second of the soak; as many as go without it
  --cores SERVER,LOAD  the two processors of the pinned items (0,1); "off" pins nothing
  --help               this

Items
${list}

Servers
  longshore            this checkout
  zot, zot-commit      when a zot is on PATH: as it comes, and with "commit": true, which syncs as we do
  distribution         distribution v3, built once by Go into LONGSHORE_TOOLS_DIR (~/.cache/longshore-tools)
  docker-registry      Debian's distribution 2, by apt-get when it is missing
  nginx                sendfile of the same bytes, for blob GET only; by apt-get when it is missing
  longshore-nginx      Longshore with an nginx before it that sends the bytes (LONGSHORE_BLOB_OFFLOAD), for blob GET only
wrk and curl come by apt-get too; without wrk our own generator asks. zb is used when it is on PATH.

The exit status is 1 when a server failed in an item, 0 otherwise; a missed target is printed, not failed.`
}

/** The options, or undefined where --help is asked for. Throws with a sentence on anything unknown. */
export function parseOptions(args: string[], items: readonly Known[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      servers: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'quiet-peers': { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      dir: { type: 'string' },
      pulls: { type: 'string' },
      size: { type: 'string' },
      kept: { type: 'string' },
      cores: { type: 'string', default: '0,1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const [command = 'compare', minutes = '10'] = positionals
  if (command !== 'compare' && command !== 'soak') throw new Error(`no command "${command}"; --help lists what there is`)
  if (!(Number(minutes) > 0)) throw new Error(`"${minutes}" is not a number of minutes`)
  if (values.size !== undefined && !(Number(values.size) >= 1000))
    throw new Error(`--size ${values.size}: a number of manifests, 1000 or more`)
  if (values.pulls !== undefined && !(Number(values.pulls) > 0)) throw new Error(`--pulls ${values.pulls}: a number above 0`)
  return {
    command,
    minutes: Number(minutes),
    pullsPerSecond: values.pulls === undefined ? undefined : Number(values.pulls),
    only: chosenItems(values.only ?? (values.size === undefined ? undefined : 'size'), items),
    narrowed: values.only?.includes(':') === true,
    servers: chosen('server', values.servers, serverNames),
    quick: values.quick,
    size: Number(values.size ?? 1_000_000),
    kept: values.kept,
    quietPeers: values['quiet-peers'],
    profile: values.profile,
    dir: values.dir,
    cores: parseCores(values.cores),
  }
}

function chosen<Name extends string>(what: string, list: string | undefined, known: readonly Name[]): Name[] {
  if (list === undefined) return [...known]
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !known.some((candidate) => candidate === name))
  if (unknown !== undefined) throw new Error(`no ${what} "${unknown}"; there are ${known.join(', ')}`)
  return known.filter((name) => names.includes(name))
}

function chosenItems(list: string | undefined, items: readonly Known[]): Options['only'] {
  const wanted =
    list?.split(',').map((entry) => entry.trim().split(':') as [string, string?]) ??
    items.filter(({ whenAsked }) => whenAsked !== true).map(({ name }) => [name] as const)
  const chosenParts = new Map<string, readonly string[]>()
  for (const [name, part] of wanted) {
    const item = items.find((candidate) => candidate.name === name)
    if (item === undefined) throw new Error(`no item "${name}"; there are ${items.map((each) => each.name).join(', ')}`)
    const { parts = [] } = item
    if (part !== undefined && !parts.includes(part))
      throw new Error(`no part "${part}" of ${name}; there are ${parts.join(', ') || 'none'}`)
    chosenParts.set(name, part === undefined ? parts : [...(chosenParts.get(name) ?? []), part])
  }
  return chosenParts
}

function parseCores(text: string): Options['cores'] {
  if (text === 'off') return { server: undefined, load: undefined }
  const [server, load] = text.split(',').map(Number)
  if (server === undefined || load === undefined || !Number.isInteger(server) || !Number.isInteger(load)) {
    throw new Error(`--cores ${text}: two numbers, as in 0,1, or off`)
  }
  return { server, load }
}
