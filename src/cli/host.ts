import type { AdminCredentials, Maintenance, Restored } from '#core/maintenance.ts'
import type { RefusalDetail, RefusalReason } from '#core/refusal.ts'

/** What the commands need of the world; `main/cli.ts` makes it. */
export interface Host {
  version: string
  /** As the environment has it: `fr_CA.UTF-8`. */
  locale: string
  settings: readonly SettingFlag[]
  out: (text: string) => void
  problem: (text: string) => void
  /** Undefined: a bug. */
  known: (error: unknown) => { refusal: { reason: RefusalReason; detail: RefusalDetail } } | { line: string; isUsage: boolean } | undefined
  /** Show where bugs come from. */
  isDebugging: boolean
  effective: (source: Source) => EffectiveValue[]
  serve: (source: Source) => Promise<Serving>
  maintenance: (source: Source) => Promise<{ deeds: Maintenance; close: () => Promise<void> }>
  restore: (source: Source, options: { from: string; verify: boolean; signal: AbortSignal }) => Promise<Restored & { dataDir: string }>
  /** An absolute path, seen from where the command was given. */
  absolute: (path: string) => string
  /** Aborted by the first signal to stop; a second one ends the process at once. */
  interruption: () => AbortSignal
}

/** Where the settings of one call come from. */
export interface Source {
  flags: Readonly<Record<string, string>>
  file: string | undefined
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
  /** Only at the first start of a data directory. */
  credentials: AdminCredentials | undefined
  stop: () => Promise<void>
}
