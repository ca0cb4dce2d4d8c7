import { Option, type Command } from 'commander'
import { type Finding, findings as known, type State } from '#core/checkup.ts'
import type { RefusalReason } from '#core/refusal.ts'
import { addDataOptions, addOutputOption, type Cli, type DataOptions, newCommand, type OutputOptions, print, sourceOf } from './command.ts'
import type { Elsewhere } from './host.ts'
import { addSettingOptions } from './setting-options.ts'
import { sizeOf } from './size.ts'
import { tell } from './words.ts'

interface DoctorOptions extends DataOptions, OutputOptions {
  server?: string
  registry: string[]
  ca?: string
  fix?: true
  yes?: true
  quiet?: true
}

export function doctorCommand(cli: Cli): Command {
  const { host, say } = cli
  const command = addOutputOption(addDataOptions(newCommand('doctor', say('doctor.summary'), say('doctor.more')), cli), cli)
    .option('--server <address>', say('doctor.server'))
    .addOption(new Option('--registry <name...>', say('doctor.registry')).default([], ''))
    .option('--ca <file>', say('doctor.ca'))
    .option('--fix', say('doctor.fix'))
    .option('--yes', say('doctor.yes'))
    .option('--quiet', say('doctor.quiet'))
  const settings = addSettingOptions(command, cli, ['http', 'https', 'admin', 'publicUrl', 'domain', 'diskFloor'])
  return command.action(async (options: DoctorOptions) => {
    const { server, registry: registries, ca } = options
    const source = sourceOf({ ...options }, settings)
    const elsewhere: Elsewhere | undefined = server === undefined ? undefined : { server, registries, ca }
    let found = await host.examine(source, elsewhere)
    if (options.fix) {
      const mended = await mend(cli, options, (repair) => host.mend(source, repair), found)
      if (mended) found = await host.examine(source, elsewhere)
    }
    const shown = options.quiet ? found.filter(({ name }) => isBad(known[name])) : found
    print(cli, options, reportOf(cli, shown), () => tableOf(cli, shown, found))
    if (found.some(({ name }) => known[name] === 'wrong')) cli.exitWith(1)
  })
}

const isBad = (state: State): boolean => state === 'wrong' || state === 'warning'

function sentence({ host, say, called }: Cli, { name, of, detail }: Finding): string {
  const inSizes = Object.entries(detail).map(([key, value]) => [
    key,
    key === 'free' || key === 'floor' ? sizeOf(say, Number(value)) : value,
  ])
  const why = name === 'folder-unusable' ? tell(host.locale, called, `refusal.${detail.reason as RefusalReason}`, detail) : ''
  return tell(host.locale, called, `doctor.${name}`, { of, why, ...Object.fromEntries(inSizes) })
}

const reportOf = (cli: Cli, findings: readonly Finding[]) => ({
  findings: findings.map((each) => ({
    name: each.name,
    state: known[each.name],
    of: each.of,
    message: sentence(cli, each),
    detail: each.detail,
    cure: each.cure ?? null,
    fixable: each.repair !== undefined,
  })),
  wrong: findings.filter(({ name }) => known[name] === 'wrong').length,
  warnings: findings.filter(({ name }) => known[name] === 'warning').length,
})

const marks: Readonly<Record<State, string>> = { good: '✓', note: '·', warning: '!', wrong: '✗' }

function tableOf(cli: Cli, shown: readonly Finding[], all: readonly Finding[]): string {
  const { say } = cli
  const lines = shown.flatMap((each, index) => {
    const line = `${marks[known[each.name]]} ${sentence(cli, each)}\n`
    // Several findings of one cause have one cure: it stands under the last of them.
    const isLast = shown[index + 1]?.cure !== each.cure
    return each.cure !== undefined && isLast ? [line, `    ${each.cure}\n`] : [line]
  })
  const count = (state: State) => all.filter(({ name }) => known[name] === state).length
  const fixable = new Set(all.flatMap(({ name, repair }) => (repair && isBad(known[name]) ? [JSON.stringify(repair)] : []))).size
  lines.push(`\n${say('doctor.total', { wrong: count('wrong'), warnings: count('warning') })}\n`)
  if (fixable > 0) lines.push(`${say('doctor.fixable', { fixable })}\n`)
  return lines.join('')
}

type Repair = NonNullable<Finding['repair']>

/** Shows what it would do, asks, and does it. Answers whether it did anything. */
async function mend(cli: Cli, { yes }: DoctorOptions, deed: (repair: Repair) => Promise<void>, all: readonly Finding[]): Promise<boolean> {
  const { host, say } = cli
  const plan = new Map(
    all.flatMap((each) => (each.repair && isBad(known[each.name]) ? [[JSON.stringify(each.repair), each] as const] : [])),
  )
  if (plan.size === 0) return false
  host.problem(`${say('doctor.plan')}\n`)
  for (const { repair } of plan.values()) if (repair) host.problem(`    ${deedOf(cli, repair)}\n`)
  const answer = yes ? true : await host.confirm(`${say('doctor.ask')} `)
  if (answer !== true) {
    host.problem(`${say(answer === undefined ? 'doctor.nobody' : 'doctor.left')}\n`)
    return false
  }
  for (const { repair, cure } of plan.values()) {
    if (!repair) continue
    try {
      await deed(repair)
      host.problem(`${say('doctor.done', { deed: deedOf(cli, repair) })}\n`)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      host.problem(`${say('doctor.undone', { deed: deedOf(cli, repair), reason: code ?? message })}\n`)
      if (cure !== undefined) host.problem(`    ${cure}\n`)
    }
  }
  return true
}

function deedOf({ say }: Cli, repair: Repair): string {
  switch (repair.kind) {
    case 'hosts':
      return say('doctor.do.hosts', { lines: repair.lines.length })
    case 'close':
      return say('doctor.do.close', { path: repair.path, mode: repair.mode.toString(8).padStart(4, '0') })
    case 'copy':
      return say('doctor.do.copy', { from: repair.from, to: repair.to })
    case 'set-aside':
      return say('doctor.do.set-aside', { path: repair.path })
  }
}
