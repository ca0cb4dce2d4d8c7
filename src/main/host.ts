import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '#adapters/system/clock.ts'
import { systemIds } from '#adapters/system/ids.ts'
import { callProgram } from '#adapters/system/call-program.ts'
import { machineOf, type MachineOptions } from '#adapters/system/machine.ts'
import { makePassword } from '#app/identity/new-secrets.ts'
import { shellWord } from '#core/shell-word.ts'
import type { Host, Serving, Source } from '#cli/host.ts'
import { Refusal } from '#core/refusal.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { ListenAddress } from '#http/listener.ts'
import { clientEnvironment } from './client-environment.ts'
import { flagOf, readConfig, variableOf } from './config.ts'
import { dockerLogin } from './docker-login.ts'
import { knownFailure } from './failures.ts'
import { confirmAtTerminal } from './confirm.ts'
import { systemHostsFile, writeHostsBlock } from '#adapters/system/hosts-file.ts'
import { passwordFileOf, writePasswordFile } from './password-file.ts'
import { type Config, type Setting, type SettingName, settings } from './settings.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

export interface HostOptions {
  env: Readonly<Record<string, string | undefined>>
  out: (text: string) => void
  problem: (text: string) => void
  interruption: () => AbortSignal
  /** What a person types to call this program. */
  program?: string
  /** Standard output is a person's screen. */
  isTerminal?: boolean
  /** Standard input when absent. */
  input?: () => Promise<string>
  /** Asks at the terminal when absent. */
  confirm?: Host['confirm']
  /** Runs programs of this machine when absent. */
  call?: Host['call']
  /** What the checks see of the computer; all of it when absent. */
  machine?: Omit<MachineOptions, 'env'>
}

/** What the commands stand on. */
export function hostOf(options: HostOptions): Host {
  const { env, out, problem, interruption, input = () => text(process.stdin), program = 'longshore', isTerminal = false } = options
  const { confirm = confirmAtTerminal, machine: machineOptions = {} } = options
  const configured = ({ flags, file }: Source) => readConfig(flags as Partial<Record<SettingName, string>>, env, file)
  return {
    version,
    program,
    isTerminal,
    locale: env.LC_ALL || env.LC_MESSAGES || env.LANG || 'en',
    settings: (Object.entries(settings) as [SettingName, Setting<unknown>][]).map(([name, { fallback, hidden }]) => ({
      name,
      flag: flagOf(name),
      variable: variableOf(name),
      fallback,
      isHidden: hidden === true,
    })),
    out,
    problem,
    known: knownFailure,
    isDebugging: env.LONGSHORE_LOG_LEVEL === 'debug',
    effective: (source) => configured(source).effective.map(({ name, text, from }) => ({ name, value: text, source: from })),
    serve: async (source): Promise<Serving> => {
      const { config } = configured(source)
      // Loaded when wanted: a command that only asks a running server should be quick.
      const { serve } = await import('./serve.ts')
      // What this process makes is nobody else's.
      process.umask(0o077)
      // A path is nobody else's business: the page says the name then.
      const started = await serve(config, program.includes('/') ? {} : { program })
      const { registry, caPath, unshownPasswords, markPasswordsShown, stop } = started
      const [http, https, admin] = [started.http, started.https, started.admin].map(fromHere)
      const passwordFile = passwordFileOf(config, isTerminal)
      return {
        registry,
        http,
        https,
        admin,
        dataDir: config.dataDir,
        caPath,
        unshownPasswords,
        passwordFile,
        keepPasswords: (lines) => passwordFile !== undefined && writePasswordFile(passwordFile, lines),
        markPasswordsShown,
        stop,
      }
    },
    operator: (source) => open(configured(source).config),
    restore: async (source, { from, verify, signal }) => {
      const { dataDir } = configured(source).config
      const { restoreInto } = await import('./restore.ts')
      return { ...(await restoreInto(dataDir, from, { verify, signal })), dataDir }
    },
    move: async (source, options) => {
      const { previewMove, moveAway } = await import('./move.ts')
      const { config } = configured(source)
      process.umask(0o077)
      return options.dryRun ? previewMove(config, options) : moveAway(config, options)
    },
    undoMove: async (source) => (await import('./move.ts')).undoMove(configured(source).config),
    clientEnvironment: async (source) => {
      const { config } = configured(source)
      const { machine, close } = await open(config)
      try {
        return await clientEnvironment(machine, { dataDir: config.dataDir, own: env })
      } finally {
        await close()
      }
    },
    writeHosts: (source, file, lines) => {
      const path = file === undefined ? systemHostsFile(env, process.platform) : resolve(file)
      return { path, changed: onHosts(path, () => writeHostsBlock(path, ownerOf(configured(source).config.dataDir), lines)) }
    },
    examine: async (source, elsewhere) => {
      const { config } = configured(source)
      const { patientElsewhere, patientHere } = await import('./patient.ts')
      const { examine } = await import('#app/checkup/examine.ts')
      const machine = machineOf({ env, ...machineOptions })
      const place = source.flags.dataDir === undefined ? '' : ` --data-dir ${shellWord(config.dataDir)}`
      const patient = elsewhere
        ? await patientElsewhere(machine, program, { ...elsewhere, ca: elsewhere.ca && resolve(elsewhere.ca) })
        : await patientHere(config, { program, place })
      return examine(machine, patient)
    },
    unfoundNames: async (source) => {
      const { unfoundNames } = await import('#app/checkup/unfound.ts')
      const { machine, close } = await open(configured(source).config)
      try {
        return await unfoundNames(machineOf({ env, ...machineOptions }), await machine.addresses())
      } finally {
        await close()
      }
    },
    mend: async (source, repair) =>
      (await import('./mend.ts')).mend(repair, {
        hostsFile: systemHostsFile(env, process.platform),
        owner: ownerOf(configured(source).config.dataDir),
        ...machineOptions,
      }),
    confirm,
    dockerLogin: (registry) => dockerLogin(env, registry),
    absolute: (path) => resolve(path),
    input,
    readText: (path) => onFile(path, () => readFileSync(path, 'utf8')),
    writeSecretFile: (path, content) => onFile(path, () => writeFileSync(path, content, { mode: 0o600, flag: 'wx' })),
    removeFile: (path) => rmSync(path, { force: true }),
    call: options.call ?? ((name, words, given) => callProgram(name, words, { input: given, env })),
    yaml: async (value) => (await import('yaml')).stringify(value),
    pause: (milliseconds) => pause(milliseconds),
    makePassword: () => makePassword((bytes) => randomBytes(bytes)),
    makeGuid: () => systemIds.next(),
    now: () => systemClock.now(),
    makeCertificate: async (name, years) => {
      const { makeClientCertificate } = await import('#adapters/x509/client-certificate.ts')
      return makeClientCertificate(name, { years, now: Date.now() })
    },
    interruption,
  }
}

/** Loaded when wanted, as all that the server itself has no need of. */
const open = async (config: Config) => (await import('./open-operator.ts')).openOperator(config)

/** Whose lines of a hosts file they are. */
const ownerOf = (dataDir: string): string => `longshore ${dataDir.replace(/\p{Cc}/gu, '?')}`

/** A listener's address as a client on this machine writes it. */
function fromHere(address: ListenAddress | undefined): string | undefined {
  if (!address) return undefined
  const name = address.host === '0.0.0.0' || address.host === '::' ? '127.0.0.1' : address.host
  return `${name.includes(':') ? `[${name}]` : name}:${address.port}`
}

/** Whoever may not write it is told the line that may. */
function onHosts<Result>(path: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') throw new Refusal('hosts-not-permitted', { path, code })
    throw error
  }
}

/** What a person named may be absent, or there already. */
function onFile<Result>(path: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new RegistryError('not-found', `${path}: there is no such file or folder`)
    if (code === 'EEXIST') throw new RegistryError('conflict', `${path} is there already: name a file that is not`)
    throw error
  }
}
