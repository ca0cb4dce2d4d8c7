import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Refusal } from '#core/refusal.ts'
import type { Config } from './settings.ts'

const heading = '# longshore: the passwords of a first start. Nothing reads this file: delete it when you have them.'

/** Where the first passwords go instead of the screen; undefined: a person is there to see them. */
export function passwordFileOf({ passwordFile, dataDir }: Config, isTerminal: boolean): string | undefined {
  if (passwordFile === '-' || (passwordFile === '' && isTerminal)) return undefined
  return passwordFile === '' ? join(dataDir, 'first-passwords') : resolve(passwordFile)
}

/** A file that only its owner may read. One of ours that a start left which nobody was told of is replaced; no other. */
export function writePasswordFile(path: string, lines: readonly (readonly [name: string, value: string])[]): void {
  if (existsSync(path) && !readFileSync(path, 'utf8').startsWith(heading)) throw new Refusal('password-file-there', { path })
  const text = [heading, ...lines.map(([name, value]) => `${name}=${value}`), ''].join('\n')
  const fresh = `${path}.new`
  try {
    rmSync(fresh, { force: true })
    writeFileSync(fresh, text, { mode: 0o400, flag: 'wx', flush: true })
    renameSync(fresh, path)
  } catch (error) {
    throw new Refusal('password-file', { path, code: (error as NodeJS.ErrnoException).code ?? '?' })
  }
}
