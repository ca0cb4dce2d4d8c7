import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'

/** A machine of its own for what a test starts: a network namespace with one wire to this one. */
export interface Machine {
  /** Words before a program's, so that it runs there. */
  readonly within: readonly string[]
  /** Where it is reached, and where it reaches this one. */
  readonly address: string
  readonly here: string
  /** Nothing comes or goes between it and that port of this one, and nobody is told; what is open stays open. */
  cut(port: number): void
  heal(port: number): void
  remove(): void
}

const run = (...words: [string, ...string[]]) => execFileSync(words[0], words.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] })

let made = 0
const network = randomInt(16, 250)

/** Needs root. */
export function makeMachine(): Machine {
  const number = ++made
  const name = `ls${process.pid}m${number}`
  const [outer, inner] = [`lo${process.pid % 100_000}x${number}`, `li${process.pid % 100_000}x${number}`]
  const [here, address] = [`10.${network}.${number}.1`, `10.${network}.${number}.2`]
  run('ip', 'netns', 'add', name)
  run('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name)
  run('ip', 'addr', 'add', `${here}/30`, 'dev', outer)
  run('ip', 'link', 'set', outer, 'up')
  const within = ['ip', 'netns', 'exec', name] as const
  run(...within, 'ip', 'addr', 'add', `${address}/30`, 'dev', inner)
  run(...within, 'ip', 'link', 'set', inner, 'up')
  run(...within, 'ip', 'link', 'set', 'lo', 'up')
  // In its own tables: they go with it.
  const rules = (what: '-A' | '-D', port: number) => {
    run(...within, 'iptables', what, 'OUTPUT', '-p', 'tcp', '-d', here, '--dport', String(port), '-j', 'DROP')
    run(...within, 'iptables', what, 'INPUT', '-p', 'tcp', '-s', here, '--sport', String(port), '-j', 'DROP')
  }
  return {
    within,
    address,
    here,
    cut: (port) => rules('-A', port),
    heal: (port) => rules('-D', port),
    remove: () => run('ip', 'netns', 'del', name),
  }
}
