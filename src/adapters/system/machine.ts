import { execFile } from 'node:child_process'
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { lookup } from 'node:dns/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { getCACertificates } from 'node:tls'
import type { Address, Machine } from '#ports/machine.ts'
import { get, greet } from './machine-network.ts'
import { holder, vacancy } from './machine-ports.ts'

export interface MachineOptions {
  env: Readonly<Record<string, string | undefined>>
  /** Where the system's own files lie; `/` but in tests. */
  root?: string
  /** What this machine is said to be, where tests cannot make it so. */
  facts?: Partial<Machine>
}

/** Where systems keep the roots that their programs trust: Debian, Red Hat, SUSE, then Alpine, the BSDs and macOS. */
export const rootsFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

const patience = 5_000

export function machineOf({ env, root = '/', facts = {} }: MachineOptions): Machine {
  // The data folder and what variables name lie where they say; only the system's own places move.
  const at = (path: string) => (/^\/(?:etc|proc)\//.test(path) ? join(root, path) : path)
  const read = (path: string) => orNothing(() => readFileSync(at(path), 'utf8').replace(/^\uFEFF/, ''))
  return {
    platform: process.platform,
    env,
    isRoot: process.platform !== 'win32' && process.getuid?.() === 0,
    home: env.HOME || env.USERPROFILE || homedir(),
    now: () => Date.now(),
    read,
    look: (path) =>
      orNothing(() => {
        const found = statSync(at(path))
        return { mode: found.mode & 0o7777, device: found.dev, isFolder: found.isDirectory() }
      }),
    list: (path) => orNothing(() => readdirSync(at(path)).sort()) ?? [],
    has: (program) => has(program, env),
    ask: (program, words) =>
      new Promise((resolve) => {
        if (!has(program, env)) return resolve(undefined)
        execFile(program, words, { env: { ...env }, timeout: patience, killSignal: 'SIGKILL' }, (error, out, problem) =>
          resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, out, problem }),
        )
      }),
    roots: () => {
      const file = rootsFiles.map(read).find((text) => text !== undefined)
      return file === undefined && root === '/' ? getCACertificates('system') : certificatesIn(file ?? '')
    },
    // Who waits longer than this for a name is as badly off as who is not told it.
    addresses: (name) =>
      Promise.race([systemLookup(name).catch(() => []), new Promise<Address[]>((none) => setTimeout(none, patience, []).unref())]),
    vacancy,
    holder,
    greet,
    get,
    space: (path) =>
      orNothing(() => {
        const { bavail, blocks, bsize, type } = statfsSync(path)
        return { free: bavail * bsize, total: blocks * bsize, doubtful: doubtful[type] }
      }),
    sync,
    descriptors: (pid) => {
      const limits = orNothing(() => readFileSync(`/proc/${pid ?? 'self'}/limits`, 'utf8'))
      const [, most] = /^Max open files\s+(?:\d+|unlimited)\s+(\d+|unlimited)/m.exec(limits ?? '') ?? []
      return most === undefined ? undefined : most === 'unlimited' ? Number.POSITIVE_INFINITY : Number(most)
    },
    ...facts,
  }
}

/** By the number that statfs gives: what is behind a network or in memory. */
const doubtful: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x01021994: 'tmpfs',
  0x858458f6: 'ramfs',
}

const systemLookup = async (name: string): Promise<Address[]> =>
  (await lookup(name, { all: true })).map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))

function has(program: string, env: MachineOptions['env']): boolean {
  const names = process.platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program]
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.some((folder) =>
    names.some((name) => {
      const path = join(folder, name)
      return orNothing(() => (accessSync(path, constants.X_OK), statSync(path).isFile())) === true
    }),
  )
}

const certificatesIn = (text: string): string[] => text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []

function sync(folder: string): string | undefined {
  const path = join(folder, `doctor-${process.pid}`)
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      writeSync(file, 'longshore')
      fsyncSync(file)
    } finally {
      closeSync(file)
      rmSync(path, { force: true })
    }
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

function orNothing<Value>(work: () => Value): Value | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
