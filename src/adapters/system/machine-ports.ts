import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Holder, Vacancy } from '#ports/machine.ts'

const refusals: Readonly<Record<string, Vacancy>> = {
  EADDRINUSE: 'taken',
  EACCES: 'not-permitted',
  EADDRNOTAVAIL: 'not-here',
  ENOTFOUND: 'not-here',
}

/** Listens for a moment, and takes no connection meanwhile. */
export function vacancy(host: string, port: number): Promise<Vacancy> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => resolve(refusals[error.code ?? ''] ?? 'not-here'))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')))
  })
}

/** Of Linux alone: the socket that listens has a number, and a process has that socket among its open files. */
export function holder(port: number): Holder | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = ['tcp', 'tcp6'].flatMap((table) => (text(`/proc/net/${table}`) ?? '').split('\n'))
  const inodes = lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    return state === '0A' && local.endsWith(`:${hex}`) && inode ? [`socket:[${inode}]`] : []
  })
  if (inodes.length === 0) return undefined
  for (const pid of folder('/proc').filter((name) => /^\d+$/.test(name)))
    for (const file of folder(`/proc/${pid}/fd`)) {
      try {
        if (inodes.includes(readlinkSync(`/proc/${pid}/fd/${file}`)))
          return { program: text(`/proc/${pid}/comm`)?.trim() ?? '?', pid: Number(pid) }
      } catch {}
    }
  return undefined
}

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function folder(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
