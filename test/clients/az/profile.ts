// One person's az: a profile of its own, logged in nowhere until a test does it.
import assert from 'node:assert/strict'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { azPython } from '../../../tools/install-clients.ts'
import { type Environment, type Result, run, told } from '../command.ts'
import { withHosts } from './own-hosts.ts'

export type Profile = {
  env: Environment
  /** Runs az, which must succeed; answers what it prints as JSON, or undefined when it prints nothing. */
  az: <Shape>(...args: string[]) => Promise<Shape>
  /** Runs az, which must fail and say so; answers what it said. */
  fails: (says: RegExp, ...args: string[]) => Promise<string>
  /** Runs az to its end. */
  run: (...args: string[]) => Promise<Result>
  /**
   * Runs az while somebody else does a part of it.
   * @param until finds in what az says that it is time for `part`
   */
  azWhile: <Shape>(args: readonly string[], until: RegExp, part: (match: RegExpExecArray) => Promise<void>) => Promise<Shape>
  /** Any other command, as this person. */
  other: (command: string, args: readonly string[], options?: { input?: string; said?: (soFar: string) => void }) => Promise<Result>
}

export type Az = 'pypi' | 'debian'

const commands: Record<Az, () => string[]> = {
  pypi: () => [azPython(), '-m', 'azure.cli'],
  debian: () => ['/usr/bin/az'],
}

/**
 * @param prints what `longshore env` prints for a person whose AZURE_CONFIG_DIR is the one given
 */
export async function newProfile(options: {
  directory: string
  hosts: string
  prints: (env: Environment) => Promise<string>
  which?: Az
}): Promise<Profile> {
  const { directory, hosts, prints } = options
  const home = await mkdtemp(join(directory, 'person-'))
  const bare: Environment = {
    PATH: process.env.PATH,
    HOME: home,
    LANG: 'C.UTF-8',
    AZURE_CONFIG_DIR: join(home, 'azure'),
    DOCKER_CONFIG: join(home, '.docker'),
    REGISTRY_AUTH_FILE: join(home, 'auth.json'),
    XDG_RUNTIME_DIR: home,
    CONTAINERS_CONF: join(home, 'containers.conf'),
  }
  await writeFile(join(home, 'auth.json'), '{}')
  await writeFile(join(home, 'containers.conf'), '[containers]\ndefault_ulimits=[]\n')
  const env = await evaluated(bare, await prints(bare))
  const [python = '', ...rest] = commands[options.which ?? 'pypi']()
  const other: Profile['other'] = (command, args, more) =>
    run(...withHosts(hosts, command, args), { env, only: true, seconds: 180, ...more })
  const az = (...args: string[]) => other(python, [...rest, ...args, '--output', 'json'])
  return {
    env,
    other,
    run: az,
    async az<Shape>(...args: string[]) {
      const result = await az(...args)
      assert.equal(result.code, 0, told('az', args, result))
      return (result.stdout.trim() === '' ? undefined : JSON.parse(result.stdout)) as Shape
    },
    async azWhile<Shape>(args: readonly string[], until: RegExp, part: (match: RegExpExecArray) => Promise<void>) {
      let doing: Promise<void> | undefined
      const said = (text: string) => {
        const found = doing ? null : until.exec(text)
        // Its failure is told when az has ended.
        if (found) (doing = part(found)).catch(() => {})
      }
      const result = await other(python, [...rest, ...args, '--output', 'json'], { said })
      await doing
      assert.equal(result.code, 0, told('az', args, result))
      assert.ok(doing, `az did not wait: ${told('az', args, result)}`)
      return JSON.parse(result.stdout) as Shape
    },
    async fails(says, ...args) {
      const result = await az(...args)
      assert.notEqual(result.code, 0, `must fail, but did not: ${told('az', args, result)}`)
      assert.match(result.stderr + result.stdout, says, told('az', args, result))
      assert.doesNotMatch(result.stderr, /Traceback/, told('az', args, result))
      return result.stderr
    },
  }
}

/** The environment after a shell has evaluated lines. */
async function evaluated(env: Environment, lines: string): Promise<Environment> {
  const result = await run('sh', ['-c', 'eval "$0" && env -0', lines], { env, only: true })
  assert.equal(result.code, 0, result.stderr)
  const pairs = result.stdout.split('\0').filter((each) => each.includes('='))
  return Object.fromEntries(pairs.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]))
}
