import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A local authority: certificate and key in PEM, and the names that it may sign for. */
export interface Authority {
  cert: string
  key: string
  names: readonly string[]
}

/** Undefined when one of its files is not there. */
export function readAuthority(folder: string): Authority | undefined {
  const [cert, key, names] = ['ca.pem', 'ca.key', 'ca.names'].map((name) => textOf(join(folder, name)))
  return cert === undefined || key === undefined || names === undefined ? undefined : { cert, key, names: names.split('\n') }
}

/** The certificate comes last: until it is there, there is no authority. */
export function writeAuthority(folder: string, { cert, key, names }: Authority): void {
  forgetAuthority(folder)
  write(join(folder, 'ca.key'), key, 0o400)
  write(join(folder, 'ca.names'), names.join('\n'), 0o644)
  write(join(folder, 'ca.pem'), cert, 0o644)
}

/** The next one that looks makes a new authority, which whoever trusted this one must trust anew. */
export function forgetAuthority(folder: string): void {
  // In this order a crash at any moment leaves either the old authority or none.
  for (const name of ['server.names', 'ca.pem']) rmSync(join(folder, name), { force: true })
}

const formerIn = (folder: string): string => join(folder, 'former.key')

/** The one whose time it was not, when another took its place: a clock that is set right brings it back. */
export function readFormer(folder: string): Authority | undefined {
  try {
    return JSON.parse(textOf(formerIn(folder)) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

export const keepFormer = (folder: string, authority: Authority): void => write(formerIn(folder), JSON.stringify(authority), 0o400)

const textOf = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)

/** By another name first: a key file of mode 0400 cannot be written over, and a reader never sees half a file. */
export function write(path: string, text: string, mode: number): void {
  rmSync(`${path}.new`, { force: true })
  writeFileSync(`${path}.new`, text, { mode, flush: true })
  chmodSync(`${path}.new`, mode)
  renameSync(`${path}.new`, path)
}
