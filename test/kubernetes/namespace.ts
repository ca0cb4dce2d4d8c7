// A machine within this one: network, mounts and processes of its own. When its first process ends, all that was in it has ended.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { atEnd } from '../clients/at-end.ts'
import { run, succeed } from '../clients/command.ts'

export interface Machine {
  /** Where this machine is seen from inside, and the inside from here. */
  outside: string
  inside: string
  /** Networks that are reached by it, for pods and for services. */
  pods: string
  services: string
  /** The address of a service, by its number in that network. */
  service: (number: number) => string
  /** The words that run a program inside. */
  within: (program: string, words: readonly string[]) => readonly [string, readonly string[]]
  begin: (program: string, words: readonly string[]) => ChildProcess
  log: (program: string) => string
  stop: () => Promise<void>
}

/**
 * @param folder where its own /etc/hosts and /etc/resolv.conf lie, and what its programs say
 * @param names what its /etc/hosts has beside localhost: names of this machine
 */
export async function startMachine(folder: string, names: readonly string[]): Promise<Machine> {
  const number = randomInt(1, 250)
  const [outside, inside] = [`10.231.${number}.1`, `10.231.${number}.2`]
  const [pods, services] = [`10.232.${number}.0/24`, `10.233.${number}.0/24`]
  const init = spawn(
    'unshare',
    [
      '--net',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child=KILL',
      '--mount-proc',
      '--propagation',
      'slave',
      'bash',
      '-c',
      'while sleep 3600; do :; done',
    ],
    { stdio: 'ignore' },
  )
  const ended = new Promise<void>((resolve) => void init.once('exit', () => resolve()))
  const forget = atEnd(() => init.kill('SIGKILL'))
  const pid = await childOf(init.pid ?? 0)
  const within: Machine['within'] = (program, words) => ['nsenter', ['-t', String(pid), '-n', '-m', '-p', program, ...words]]
  const enter = (program: string, ...words: string[]) => succeed(...within(program, words))

  const [here, there] = [`lsk${number}h`, `lsk${number}n`]
  await succeed('ip', ['link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', String(pid)])
  await succeed('ip', ['addr', 'add', `${outside}/30`, 'dev', here])
  await succeed('ip', ['link', 'set', here, 'up'])
  await enter('ip', 'link', 'set', 'lo', 'up')
  await enter('ip', 'addr', 'add', `${inside}/30`, 'dev', there)
  await enter('ip', 'link', 'set', there, 'up')
  await enter('ip', 'route', 'add', 'default', 'via', outside)
  for (const network of [pods, services]) await succeed('ip', ['route', 'add', network, 'via', inside])
  // Of the network namespace: this machine forwards nothing.
  await enter('sysctl', '-qw', 'net.ipv4.ip_forward=1')

  writeFileSync(join(folder, 'hosts'), ['127.0.0.1 localhost', ...names.map((name) => `${outside} ${name}`), ''].join('\n'))
  writeFileSync(join(folder, 'resolv.conf'), `nameserver ${outside}\n`)
  for (const name of ['hosts', 'resolv.conf']) await enter('mount', '--bind', join(folder, name), `/etc/${name}`)

  const logFile = (program: string) => join(folder, `${program}.log`)
  return {
    outside,
    inside,
    pods,
    services,
    service: (at) => `10.233.${number}.${at}`,
    within,
    begin: (program, words) => {
      const name = program.slice(program.lastIndexOf('/') + 1)
      // By a shell: what it says goes to a file, however long this process lives.
      const [command, args] = within('sh', ['-c', 'log=$1; shift; exec "$@" >> "$log" 2>&1', 'sh', logFile(name), program, ...words])
      return spawn(command, args, { stdio: 'ignore' })
    },
    log: (program) => (existsSync(logFile(program)) ? readFileSync(logFile(program), 'utf8') : ''),
    stop: async () => {
      forget()
      await ended
      // The pair of links goes with the namespace, a moment after its last process.
      await run('ip', ['link', 'delete', here])
    },
  }
}

async function childOf(pid: number): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const children = existsSync(`/proc/${pid}/task/${pid}/children`) ? readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim() : ''
    if (children !== '') return Number(children.split(' ')[0])
    await pause(50)
  }
  throw new Error('no namespace could be made: is this root?')
}
