// A computer for `longshore doctor` to look at: its files, its programs, its names; the server and the disk are real.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { FindingName, State } from '#core/checkup.ts'
import type { Address, Machine } from '#ports/machine.ts'
import { runCli } from './cli-run.ts'

export interface Told {
  name: FindingName
  state: State
  of: string
  message: string
  detail: Record<string, string | number>
  cure: string | null
  fixable: boolean
}

export interface Checkup {
  code: number
  findings: Told[]
  problem: string
  /** Of which things one was found. */
  of: (name: FindingName) => string[]
  one: (name: FindingName) => Told
}

/** Where names lead; an unknown one leads nowhere. */
export type Names = Readonly<Record<string, readonly string[]>>

export class Computer {
  readonly folder = mkdtempSync(join(tmpdir(), 'longshore-doctor-'))
  readonly root = join(this.folder, 'root')
  readonly bin = join(this.folder, 'bin')
  readonly env: Record<string, string>
  facts: Partial<Machine> = {}
  confirm: (question: string) => Promise<boolean | undefined> = async () => undefined

  constructor(env: Record<string, string> = {}) {
    mkdirSync(this.bin)
    mkdirSync(join(this.root, 'etc'), { recursive: true })
    this.env = { PATH: this.bin, HOME: join(this.folder, 'home'), SystemRoot: join(this.folder, 'windows'), ...env }
    this.finds({ localhost: ['127.0.0.1'] })
  }

  finds(names: Names): this {
    const family = (address: string): Address => ({ address, family: address.includes(':') ? 6 : 4 })
    this.facts = { ...this.facts, addresses: async (name) => (names[name] ?? []).map(family) }
    return this
  }

  /** A file of the system's below /etc, or of the user's. */
  put(path: string, text: string): this {
    const at = path.startsWith('/etc/') ? join(this.root, path) : path.replace(/^~/, this.env.HOME ?? '')
    mkdirSync(dirname(at), { recursive: true })
    writeFileSync(at, text)
    return this
  }

  program(name: string, script = 'exit 0'): this {
    writeFileSync(join(this.bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return this
  }

  async doctor(words: string[] = []): Promise<Checkup> {
    const { root, facts, confirm } = this
    const { code, out, problem } = await this.#run(['doctor', '--output', 'json', ...words], { machine: { root, facts }, confirm })
    assert.ok(out !== '', problem)
    const { findings } = JSON.parse(out) as { findings: Told[] }
    const all = (name: FindingName) => findings.filter((each) => each.name === name)
    return {
      code,
      findings,
      problem,
      of: (name) => all(name).map(({ of }) => of),
      one: (name) => {
        const [only, ...others] = all(name)
        assert.ok(only && others.length === 0, `${name}: ${findings.map((each) => each.name).join(' ')}`)
        return only
      },
    }
  }

  told(words: string[] = [], env: Record<string, string> = {}): ReturnType<typeof runCli> {
    const { root, facts, confirm } = this
    return this.#run(['doctor', ...words], { machine: { root, facts }, confirm }, env)
  }

  #run(words: string[], more: Parameters<typeof runCli>[3], env: Record<string, string> = {}): ReturnType<typeof runCli> {
    return runCli(words, { ...this.env, ...env }, undefined, more)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
