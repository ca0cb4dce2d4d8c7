import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { Refusal } from '#core/refusal.ts'
import { withoutSecrets } from '#core/without-secrets.ts'
import { type Config, NotAllowed, type Setting, type SettingName, settings } from './settings.ts'

/** Where the value of a setting came from, for people: its name there. */
export interface Effective {
  name: SettingName
  text: string
  from: string
}

/** A value or a key that is not allowed, or a file that a setting names: told with its name. */
export class ConfigError extends Refusal {}

const names = Object.keys(settings) as SettingName[]
const words = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
export const flagOf = (name: SettingName): string => `--${words(name)}`
export const variableOf = (name: SettingName): string => `LONGSHORE_${words(name).replaceAll('-', '_').toUpperCase()}`

/** Variables of ours that are not settings of the server. */
const otherVariables = new Set(['LONGSHORE_CONFIG', 'LONGSHORE_TOOLS_DIR'])

/**
 * Flags over the environment over the YAML file over the defaults. An unknown or wrong one throws ConfigError.
 * @param file from --config or LONGSHORE_CONFIG; without it `longshore.yaml` in the data directory, when there is one
 */
export function readConfig(
  flags: Readonly<Partial<Record<SettingName, string>>>,
  environment: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): { config: Config; effective: Effective[] } {
  for (const variable of Object.keys(environment))
    if (variable.startsWith('LONGSHORE_') && !otherVariables.has(variable) && !names.some((name) => variableOf(name) === variable))
      throw unknown(variable, names.map(variableOf))
  const dataDir = resolve(
    flags.dataDir || environment.LONGSHORE_DATA_DIR || join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'longshore'),
  )
  const named = file ?? environment.LONGSHORE_CONFIG
  const path = named ?? join(dataDir, 'longshore.yaml')
  const fromFile = readFile(path, named !== undefined)
  const config: Partial<Record<SettingName, unknown>> = {}
  const effective: Effective[] = []
  for (const name of names) {
    const variable = variableOf(name)
    const [text, from] =
      name === 'dataDir'
        ? [dataDir, flags.dataDir ? flagOf(name) : environment[variable] ? variable : 'default']
        : flags[name] !== undefined
          ? [flags[name], flagOf(name)]
          : environment[variable] !== undefined
            ? [environment[variable] ?? '', variable]
            : fromFile[name] !== undefined
              ? [fromFile[name] ?? '', `${path}: ${name}`]
              : [settings[name].fallback, 'default']
    const setting: Setting<unknown> = settings[name]
    try {
      config[name] = settings[name].parse(text)
    } catch (error) {
      throw notAllowed(from, text, error)
    }
    if (!setting.hidden || text !== setting.fallback) effective.push({ name, text: setting.shown?.(text) ?? text, from })
  }
  checkTogether(config as Config)
  return { config: config as Config, effective }
}

function checkTogether(config: Config): void {
  checkHosts(config)
  checkOffload(config)
  checkDownloads(config)
}

/** The links are the bucket's. */
function checkDownloads({ blobDownloads, blobs }: Config): void {
  if (blobDownloads === 'served' || blobs !== 'files') return
  throw new ConfigError('downloads-without-bucket', { name: variableOf('blobDownloads'), variable: variableOf('blobs') })
}

/** Alone, each of these settings would do nothing, and somebody believes that it does. */
function checkOffload({ blobOffload, blobOffloadGroup, blobs, trustedProxies }: Config): void {
  const name = variableOf('blobOffload')
  if (blobOffload !== 'off' && trustedProxies.length === 0)
    throw new ConfigError('offload-without-proxy', { name, variable: variableOf('trustedProxies') })
  if (blobOffload !== 'off' && blobs !== 'files')
    throw new ConfigError('offload-beside-bucket', { name, variable: variableOf('blobs'), instead: variableOf('blobDownloads') })
  if (blobOffload === 'off' && blobOffloadGroup !== '')
    throw new ConfigError('offload-group-alone', { name: variableOf('blobOffloadGroup'), variable: name })
}

/** Below the domain each name is a registry's: the control plane would never be found there. */
function checkHosts({ publicUrl, domain, http, https }: Config): void {
  const doors = [
    [variableOf('publicUrl'), publicUrl?.hostname],
    [variableOf('https'), https === 'off' ? undefined : https.host],
    [variableOf('http'), http === 'off' ? undefined : http.host],
  ] as const
  for (const [name, host] of doors)
    if (host?.toLowerCase().endsWith(`.${domain}`))
      throw new ConfigError('host-below-domain', { name, host, domain, variable: variableOf('domain') })
}

/** Loaded when wanted: most servers have no such file. */
const yaml = () => createRequire(import.meta.url)('yaml') as typeof import('yaml')

/** @param isNamed one that nobody named need not be there */
function readFile(path: string, isNamed: boolean): Partial<Record<SettingName, string>> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code = '?' } = error as NodeJS.ErrnoException
    if (!isNamed && (code === 'ENOENT' || code === 'ENOTDIR')) return {}
    if (!isNamed) throw error
    throw new ConfigError('settings-unreadable', { path, code })
  }
  let document: unknown
  try {
    document = yaml().parse(text)
  } catch (error) {
    throw new ConfigError('settings-file', { path, message: (error as Error).message.split('\n')[0] ?? '' })
  }
  if (document === null || document === undefined) return {}
  if (typeof document !== 'object' || Array.isArray(document)) throw new ConfigError('settings-form', { path })
  const values: Partial<Record<SettingName, string>> = {}
  for (const [key, value] of Object.entries(document)) {
    const name = names.find((each) => each === key)
    if (!name || name === 'dataDir') throw unknown(`${path}: ${key}`, names, key)
    const plain = (item: unknown) => typeof item === 'string' || typeof item === 'number'
    if (plain(value)) values[name] = String(value)
    else if (Array.isArray(value) && value.every(plain)) values[name] = value.join(',')
    else throw new ConfigError('settings-item', { path, key })
  }
  return values
}

/** @param where what stands before a name that is in a file */
function unknown(where: string, known: readonly string[], wrong = where): ConfigError {
  const best = known.map((each) => ({ each, distance: distance(wrong, each) })).sort((a, b) => a.distance - b.distance)[0]
  return best && best.distance <= 4
    ? new ConfigError('setting-near', { name: where, near: best.each })
    : new ConfigError('setting-unknown', { name: where, known: known.join(', ') })
}

/** A value that is given somewhere else than where settings are. @param from its name there */
export function parsedAs<Name extends SettingName>(name: Name, text: string, from: string): Config[Name] {
  try {
    return settings[name].parse(text) as Config[Name]
  } catch (error) {
    throw notAllowed(from, text, error)
  }
}

function notAllowed(from: string, text: string, error: unknown): ConfigError {
  if (!(error instanceof NotAllowed)) throw error
  return new ConfigError('setting-value', { name: from, got: withoutSecrets(text), allowed: error.allowed, choices: error.choices })
}

function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1]
    for (const [j, against] of [...other].entries())
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === against ? 0 : 1)))
    row = next
  }
  return row.at(-1) ?? 0
}
