// A machine and a server for the checks of `app/checkup/`, all well until a test says otherwise; nothing is asked of this computer.
import type { Finding, Here, Patient } from '#core/checkup.ts'
import type { Greeting, Machine } from '#ports/machine.ts'

export const noon = Date.UTC(2026, 0, 2, 12)
export const day = 24 * 60 * 60 * 1000
export const authority = { path: '/data/tls/ca.pem', pem: '-----BEGIN CERTIFICATE-----\nAAAA\nBBBB\n-----END CERTIFICATE-----\n' }
export const anotherPem = authority.pem.replace('AAAA', 'CCCC')

export interface MachineFacts extends Partial<Omit<Machine, 'read' | 'list' | 'has'>> {
  files?: Readonly<Record<string, string>>
  programs?: readonly string[]
}

export const greeting = (change: Partial<Extract<Greeting, { met: true }>> = {}): Greeting => ({
  met: true,
  mistrust: undefined,
  notBefore: noon - day,
  notAfter: noon + 90 * day,
  ...change,
})

export function machineOf({ files = {}, programs = [], ...facts }: MachineFacts = {}): Machine {
  return {
    platform: 'linux',
    env: {},
    isRoot: false,
    home: '/home/u',
    now: () => noon,
    look: () => ({ mode: 0o700, device: 1, isFolder: true }),
    ask: async () => undefined,
    roots: () => [],
    addresses: async () => [{ address: '127.0.0.1', family: 4 }],
    vacancy: async () => 'taken',
    holder: () => undefined,
    greet: async () => greeting(),
    get: async () => ({ met: false, reason: 'ECONNREFUSED' }),
    space: () => ({ free: 1000, total: 2000, doubtful: undefined }),
    sync: () => undefined,
    descriptors: () => 65536,
    ...facts,
    read: (path) => files[path],
    list: (folder) =>
      Object.keys(files)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1)),
    has: (program) => programs.includes(program),
  }
}

export const here: Here = {
  dataDir: '/data',
  isMade: true,
  trouble: undefined,
  isRunning: true,
  pid: 7,
  listeners: [{ setting: 'https', host: '127.0.0.1', port: 5443 }],
  diskFloor: 100,
  closed: [{ path: '/data', mode: 0o700 }],
  group: undefined,
  together: ['/data/objects'],
}

export const patient: Patient = {
  control: 'https://localhost:5443',
  domain: 'ls.localhost:5443',
  hosts: ['one.ls.localhost', 'two.ls.localhost'],
  authority,
  here,
  program: 'longshore',
  place: ' --data-dir /data',
}

export const elsewhere: Patient = {
  ...patient,
  control: 'https://ls.example',
  domain: 'ls.example',
  hosts: ['one.ls.example'],
  here: undefined,
}
export const notRunning: Patient = { ...patient, here: { ...here, isRunning: false, pid: undefined } }

export const namesOf = (findings: readonly Finding[]): string[] => findings.map(({ name }) => name)
