import { Command, CommanderError } from 'commander'
import type { Cli } from './command.ts'
import type { Host } from './host.ts'
import { shellWord } from '#core/shell-word.ts'
import type { RefusalDetail } from '#core/refusal.ts'
import { failure, shellIn } from './shell.ts'
import { cliCatalogues } from '#words/cli.ts'
import { asCalled, type Key, tell, type Words, wordsFor } from './words.ts'
import { misuse } from './misuse.ts'

/** In the order of the help. Each is loaded when wanted: a server starts without what doctors, moves and asks. */
const commands: Readonly<Record<string, () => Promise<(cli: Cli) => Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand,
  config: async () => (await import('./config.ts')).configCommand,
  credential: async () => (await import('./credential.ts')).credentialCommand,
  ca: async () => (await import('./ca.ts')).caCommand,
  env: async () => (await import('./env.ts')).envCommand,
  hosts: async () => (await import('./hosts.ts')).hostsCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  speed: async () => (await import('./speed.ts')).speedCommand,
  registry: async () => (await import('./registry.ts')).registryCommand,
  identity: async () => (await import('./identity.ts')).identityCommand,
  kubernetes: async () => (await import('./kubernetes/group.ts')).kubernetesCommand,
  usage: async () => (await import('./usage.ts')).usageCommand,
  gc: async () => (await import('./gc.ts')).gcCommand,
  jobs: async () => (await import('./jobs.ts')).jobsCommand,
  scrub: async () => (await import('./scrub.ts')).scrubCommand,
  backup: async () => (await import('./backup.ts')).backupCommand,
  restore: async () => (await import('./restore.ts')).restoreCommand,
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
  key: async () => (await import('./key.ts')).keyCommand,
}

/**
 * Runs one command and returns the exit code: 0 done, 1 not done or something bad was found, 2 a wrong command line
 * or configuration.
 */
export async function run(words: readonly string[], host: Host): Promise<number> {
  const called = { program: host.program, place: placeIn(words, host) }
  const say = wordsFor(host.locale, called)
  let code = 0
  const cli: Cli = { host, say, called, exitWith: (other) => (code = other) }
  const program = new Command('longshore')
    .description(say('program.summary'))
    .version(host.version, '--version', say('option.version'))
    .addHelpText('after', `\n${say('program.more')}`)
  for (const make of await wanted(words)) program.addCommand(make(cli))
  for (const each of everyCommand(program)) speak(each, host, say)
  try {
    await program.parseAsync(plain(words), { from: 'user' })
    return code
  } catch (error) {
    const failed = explain(error, cli)
    // What is printed is for a shell to run: nothing at all would do nothing, and the next az talk to Azure.
    if (failed !== 0 && words.includes('env') && !host.isTerminal) host.out(failure[shellIn(words)])
    return failed
  }
}

/** The command that is called; all of them where none is, for the help or a suggestion. */
function wanted([first = '']: readonly string[]): Promise<((cli: Cli) => Command)[]> {
  const called = Object.entries(commands).filter(([name]) => name === first)
  return Promise.all((called.length > 0 ? called : Object.entries(commands)).map(([, load]) => load()))
}

/** `help`, `help command` and `version`, as other programs have them. */
function plain(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words
  if (first === 'help') return [...rest, '--help']
  return first === 'version' && rest.length === 0 ? ['--version'] : words
}

/** The data folder of the command line, for the lines that are told to be typed next. */
function placeIn(words: readonly string[], host: Host): string {
  const at = words.findLastIndex((word) => word === '--data-dir' || word.startsWith('--data-dir='))
  const folder = words[at]?.includes('=') ? words[at].slice('--data-dir='.length) : words[at + 1]
  return at < 0 || folder === undefined || folder === '' ? '' : ` --data-dir ${shellWord(host.absolute(folder))}`
}

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)]

/** Makes commander throw instead of leaving, write where the host says, and use the catalogue's words. */
function speak(command: Command, host: Host, say: Words): void {
  const headings: Readonly<Record<string, string>> = {
    'Usage:': say('heading.usage'),
    'Options:': say('heading.options'),
    'Arguments:': say('heading.arguments'),
    'Commands:': say('heading.commands'),
  }
  const inUsage = (text: string) => text.replace('[options]', say('usage.options')).replace('[command]', say('usage.command'))
  command
    .exitOverride()
    .helpOption('-h, --help', say('option.help'))
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .configureOutput({ writeOut: host.out, writeErr: host.out, outputError: () => {} })
    .configureHelp({
      styleTitle: (title) => headings[title] ?? title,
      optionDescription: (option) => option.description,
      styleUsage: inUsage,
      styleSubcommandTerm: inUsage,
    })
}

/** What would be right is said in the person's language too. */
function inWords({ host, called }: Cli, detail: RefusalDetail): RefusalDetail {
  const { allowed } = detail
  if (typeof allowed !== 'string' || !Object.hasOwn(cliCatalogues.en, allowed)) return detail
  return { ...detail, allowed: tell(host.locale, called, allowed as Key, detail) }
}

function explain(error: unknown, cli: Cli): number {
  const { host, say, called } = cli
  if (error instanceof CommanderError) {
    // A group that is called without a command shows what it has.
    if (error.exitCode === 0 || error.code === 'commander.help') return 0
    host.problem(`longshore: ${misuse(error, say)}\n`)
    return 2
  }
  const known = host.known(error)
  if (known && 'line' in known) {
    host.problem(`longshore: ${asCalled(known.line, called)}\n`)
    return known.isUsage ? 2 : 1
  }
  if (known) {
    const { reason, detail } = known.refusal
    host.problem(`longshore: ${tell(host.locale, called, `refusal.${reason}`, inWords(cli, detail))}\n`)
    return known.isUsage ? 2 : 1
  }
  host.problem(`longshore: ${say('problem.unexpected', { message: error instanceof Error ? error.message : String(error) })}\n`)
  if (host.isDebugging && error instanceof Error) host.problem(`${error.stack}\n`)
  return 1
}
