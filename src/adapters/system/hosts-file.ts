import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

/** The file in which the system looks names up. */
export const systemHostsFile = ({ SystemRoot }: Readonly<Record<string, string | undefined>>, platform: string): string =>
  platform === 'win32' ? join(SystemRoot ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts') : '/etc/hosts'

/**
 * Puts lines between two marks, in place of what is between them; without lines the marks go too. What is around them
 * stays as it is. Answers whether the file had to be changed. Fails as the disk does.
 * @param owner tells the marks of one writer from those of another; on one line
 */
export function writeHostsBlock(path: string, owner: string, lines: readonly string[]): boolean {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const after = withBlock(before, owner, lines)
  if (after === before) return false
  if (existsSync(path)) replace(realpathSync(path), after)
  else writeFileSync(path, after, { mode: 0o644, flag: 'wx', flush: true })
  return true
}

function withBlock(text: string, owner: string, lines: readonly string[]): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const [begin, end] = [`# begin ${owner}`, `# end ${owner}`]
  const kept = text.split('\n')
  const bare = kept.map((line) => line.replace(/\r$/, ''))
  // The last one: behind a mark that lost its end stand lines of others.
  const from = bare.lastIndexOf(begin)
  const to = from === -1 ? -1 : bare.indexOf(end, from)
  const block = lines.length === 0 ? [] : [begin, ...lines, end].map((line) => line + newline.slice(0, -1))
  if (to !== -1) return kept.toSpliced(from, to - from + 1, ...block).join('\n')
  if (block.length === 0) return text
  return `${text}${text === '' || text.endsWith('\n') ? '' : newline}${block.join('\n')}\n`
}

function replace(path: string, text: string): void {
  const { mode, uid, gid } = statSync(path)
  const fresh = `${path}.longshore-${process.pid}`
  try {
    writeFileSync(fresh, text, { mode: mode & 0o7777, flush: true })
    chmodSync(fresh, mode & 0o7777)
    chownSync(fresh, uid, gid)
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    // A container's hosts file is mounted: nothing can take its place.
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error
    writeOver(path, text)
  }
}

/** Never empty in between, for who reads meanwhile. */
function writeOver(path: string, text: string): void {
  const file = openSync(path, 'r+')
  try {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, at)
    ftruncateSync(file, bytes.length)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
