/**
 * The computer that a check of `longshore doctor` runs on, and what can be reached from it. Nothing here changes anything
 * but `sync`, which leaves no trace, and nothing fails: what cannot be known is undefined.
 */
export interface Machine {
  platform: string
  env: Readonly<Record<string, string | undefined>>
  /** Whether it may write what belongs to the system. */
  isRoot: boolean
  home: string
  now(): number
  /** The text of a file. */
  read(path: string): string | undefined
  look(path: string): Look | undefined
  /** The names in a folder. */
  list(path: string): string[]
  /** Whether a program is found by its name. */
  has(program: string): boolean
  /** Runs a program that only tells something, for a few seconds at most. */
  ask(program: string, words: readonly string[]): Promise<Asked | undefined>
  /** The roots that the system's programs trust, in PEM. */
  roots(): readonly string[]
  /** Addresses of a name, as the system's programs find them; none: it is not found. */
  addresses(name: string): Promise<Address[]>
  /** Whether a server could listen there. */
  vacancy(host: string, port: number): Promise<Vacancy>
  /** Who listens on a port, where the system tells. */
  holder(port: number): Holder | undefined
  /** Speaks TLS as a client does and answers what it saw, whether it is to be trusted or not. */
  greet(target: Target, ca: string | undefined): Promise<Greeting>
  /** GET, whoever answers. */
  get(url: string): Promise<Got>
  space(path: string): Space | undefined
  /** Writes, syncs and removes a small file; the system's word when it cannot. */
  sync(folder: string): string | undefined
  /** Files that a process of this machine may have open, at most: the process of the pid, or one like this. */
  descriptors(pid: number | undefined): number | undefined
}

export interface Look {
  mode: number
  device: number
  isFolder: boolean
}

export interface Asked {
  code: number
  out: string
  /** What it said on standard error. */
  problem: string
}

export interface Address {
  address: string
  family: 4 | 6
}

export interface Holder {
  program: string
  pid: number
}

export type Vacancy = 'free' | 'taken' | 'not-permitted' | 'not-here'

export interface Target {
  host: string
  port: number
  /** The name that is asked for, where it is not `host`. */
  name?: string
}

export type Greeting =
  | { met: false; reason: string }
  | {
      met: true
      /** Why the certificate is not to be trusted for the name; undefined: it is. */
      mistrust: string | undefined
      notBefore: number
      notAfter: number
    }

export type Got = { met: false; reason: string } | { met: true; status: number; date: number | undefined; body: string }

export interface Space {
  free: number
  total: number
  /** Of a kind that is known not to keep its word about syncs: its name. */
  doubtful: string | undefined
}
