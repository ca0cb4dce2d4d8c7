import type { ArmClient } from '#client/arm.ts'
import type { GraphClient } from '#client/graph.ts'
import type { Moved, MovePlan, MoveProgress } from '#core/move.ts'
import type { AdminCredentials, Maintenance, Restored } from '#core/maintenance.ts'
import type { Login } from '#client/registry.ts'
import type { Finding, Repair } from '#core/checkup.ts'
import type { RefusalDetail, RefusalReason } from '#core/refusal.ts'

/** What the commands need of the world; `main/cli.ts` makes it. */
export interface Host {
  version: string
  /** What a person types to call this program: `longshore`, `npx longshore`, a path. */
  program: string
  /** Standard output is a person's screen. */
  isTerminal: boolean
  /** As the environment has it: `fr_CA.UTF-8`. */
  locale: string
  settings: readonly SettingFlag[]
  out: (text: string) => void
  problem: (text: string) => void
  /** Undefined: a bug. */
  known: (
    error: unknown,
  ) => { refusal: { reason: RefusalReason; detail: RefusalDetail }; isUsage?: boolean } | { line: string; isUsage: boolean } | undefined
  /** Show where bugs come from. */
  isDebugging: boolean
  effective: (source: Source) => EffectiveValue[]
  serve: (source: Source) => Promise<Serving>
  operator: (source: Source) => Promise<Operator & { close: () => Promise<void> }>
  restore: (source: Source, options: { from: string; verify: boolean; signal: AbortSignal }) => Promise<Restored & { dataDir: string }>
  /** Moves the registry to other places, or only tells what that would be. */
  move: (source: Source, options: AskedMove) => Promise<Moved | MovePlan>
  /** A place that was left, or is being left, is the registry's again. */
  undoMove: (source: Source) => Promise<{ store: string; phase: string; to: readonly string[] }>
  /** What a client's programs need in their environment to find and trust the server; brings the files that it names up to date. */
  clientEnvironment: (source: Source) => Promise<readonly Variable[]>
  /** Keeps these lines in a hosts file, the system's when none is named. */
  writeHosts: (source: Source, file: string | undefined, lines: readonly string[]) => { path: string; changed: boolean }
  /** Looks at everything between this machine's programs and the server of the data folder, or one that is somewhere else. */
  examine: (source: Source, elsewhere: Elsewhere | undefined) => Promise<readonly Finding[]>
  /** Names of registries that have no other and that this machine does not find, as far as it knows that at once. */
  unfoundNames: (source: Source) => Promise<readonly string[]>
  /** Does what a finding offers. */
  mend: (source: Source, repair: Repair) => Promise<void>
  /** Whether a person at the terminal says yes; undefined: nobody is there to ask. */
  confirm: (question: string) => Promise<boolean | undefined>
  /** How docker is logged in to a registry, as its file has it. */
  dockerLogin: (registry: string) => Login | undefined
  /** An absolute path, seen from where the command was given. */
  absolute: (path: string) => string
  /** What stands on standard input, to its end. */
  input: () => Promise<string>
  readText: (path: string) => string
  /** Makes a file that only this user may read; fails when one is there. */
  writeSecretFile: (path: string, text: string) => void
  removeFile: (path: string) => void
  /** A program of this machine with something to read; undefined: it is not here. */
  call: (program: string, words: readonly string[], input: string) => Promise<{ code: number; out: string; problem: string } | undefined>
  yaml: (value: unknown) => Promise<string>
  pause: (milliseconds: number) => Promise<void>
  /** A password for a person, that nobody guesses and everybody can type. */
  makePassword: () => string
  /** A name for a new role assignment. */
  makeGuid: () => string
  now: () => number
  /** A new key with its own certificate, in PEM. */
  makeCertificate: (name: string, years: number) => Promise<{ key: string; cert: string }>
  /** Aborted by the first signal to stop; a second one ends the process at once. */
  interruption: () => AbortSignal
}

export interface AskedMove {
  /** `postgres://…`, `sqlite` for the data folder of the configuration, or another folder. */
  toStore: string | undefined
  toStorePasswordFile: string | undefined
  /** As the setting has it. */
  toBlobs: string | undefined
  verify: boolean
  dryRun: boolean
  signal: AbortSignal
  progress: (progress: MoveProgress) => void
  /** What is to be done is known; nothing was yet. */
  planned: (plan: MovePlan) => void
}

/** Whoever has the data directory: the same doors as everybody's, without a right that is asked for, and the machine's own. */
export interface Operator {
  arm: ArmClient
  graph: GraphClient
  /** What is of this machine alone. */
  machine: Maintenance
}

/** Where the settings of one call come from. */
export interface Source {
  flags: Readonly<Record<string, string>>
  file: string | undefined
}

/** A server that is reached over the network alone. */
export interface Elsewhere {
  server: string
  registries: readonly string[]
  /** A file with the authority that signed for it. */
  ca: string | undefined
}

export interface SettingFlag {
  /** As in the YAML file. */
  name: string
  flag: string
  variable: string
  fallback: string
  isHidden: boolean
}

export interface EffectiveValue {
  name: string
  value: string
  source: string
}

/** A server that runs in this process. */
export interface Serving {
  registry: string
  /** `host:port`, as a client on this machine writes it. */
  http: string | undefined
  https: string | undefined
  admin: string | undefined
  dataDir: string
  caPath: string | undefined
  /** What the first start made and nobody was told of yet. */
  unshownPasswords: { credentials: AdminCredentials | undefined; owner: { login: string; password: string } | undefined } | undefined
  /** Where the passwords go instead of the screen. */
  passwordFile: string | undefined
  keepPasswords: (lines: readonly (readonly [name: string, value: string])[]) => void
  /** The person was told: the next start does not. */
  markPasswordsShown: () => Promise<void>
  stop: () => Promise<void>
}

/** Of the environment. */
export type Variable = readonly [name: string, value: string]
