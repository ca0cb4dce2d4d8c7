import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Host, Serving, Source } from '#cli/host.ts'
import type { ListenAddress } from '#http/listener.ts'
import { flagOf, readConfig, variableOf } from './config.ts'
import { knownFailure } from './failures.ts'
import { openMaintenance } from './open-maintenance.ts'
import { type Setting, type SettingName, settings } from './settings.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

export interface HostOptions {
  env: Readonly<Record<string, string | undefined>>
  out: (text: string) => void
  problem: (text: string) => void
  interruption: () => AbortSignal
}

/** What the commands stand on. */
export function hostOf({ env, out, problem, interruption }: HostOptions): Host {
  const configured = ({ flags, file }: Source) => readConfig(flags as Partial<Record<SettingName, string>>, env, file)
  return {
    version,
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
      const started = await serve(config)
      const { registry, caPath, credentials, stop } = started
      const [http, https, admin] = [started.http, started.https, started.admin].map(fromHere)
      return { registry, http, https, admin, dataDir: config.dataDir, caPath, credentials, stop }
    },
    maintenance: (source) => openMaintenance(configured(source).config),
    restore: async (source, { from, verify, signal }) => {
      const { dataDir } = configured(source).config
      const { restoreInto } = await import('./restore.ts')
      return { ...(await restoreInto(dataDir, from, { verify, signal })), dataDir }
    },
    absolute: (path) => resolve(path),
    interruption,
  }
}

/** A listener's address as a client on this machine writes it. */
function fromHere(address: ListenAddress | undefined): string | undefined {
  if (!address) return undefined
  const name = address.host === '0.0.0.0' || address.host === '::' ? '127.0.0.1' : address.host
  return `${name.includes(':') ? `[${name}]` : name}:${address.port}`
}
