// README.md as somebody new follows it on a plain machine, where names below localhost are not found: every line of its code but the
// installation, what a person types at a prompt given on the command line.
import assert from 'node:assert/strict'
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../world/free-port.ts'
import { azPython } from '../../../tools/install-clients.ts'
import { run, told } from '../command.ts'
import { type DockerEngine, docker, startDockerEngine } from '../docker-engine.ts'
import { makeContext } from '../images.ts'
import { withHosts } from './own-hosts.ts'
import { onStage } from './stage.ts'

const program = fileURLToPath(new URL('../../../bin/longshore.js', import.meta.url))
const text = await readFile(new URL('../../../README.md', import.meta.url), 'utf8')
const blocks = [...text.matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, lines = '']) => lines)
/** Installs, starts, or needs the internet. */
const elsewhere = /^(?:npm ci|npm start|docker pull hello-world)$/
const http = await freePort()

onStage(
  'README',
  (stage) => {
    let engine: DockerEngine
    let env: Record<string, string | undefined>
    let digest = ''
    let principal: { appId: string; password: string; tenant: string } | undefined
    before(async () => {
      // Nothing of ours is in it yet.
      await copyFile('/etc/hosts', stage.hosts)
      engine = await startDockerEngine({}, (command, args) => withHosts(stage.hosts, command, args))
      const home = join(stage.directory, 'newcomer')
      const bin = join(home, 'bin')
      await mkdir(bin, { recursive: true })
      const longshore = `LONGSHORE_DATA_DIR=${join(stage.directory, 'data')} exec ${process.execPath} ${program} "$@"`
      const scripts = {
        az: `exec ${azPython()} -m azure.cli "$@"`,
        docker: `exec ${docker} "$@"`,
        sudo: 'exec "$@"',
        npx: `shift\n${longshore}`,
      }
      for (const [name, script] of Object.entries(scripts)) {
        await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
        await chmod(join(bin, name), 0o755)
      }
      env = { HOME: home, LANG: 'C.UTF-8', ...engine.env, PATH: `${bin}:${process.env.PATH}` }
      const { directory } = await makeContext(stage.directory)
      const built = await run(docker, ['build', '-t', 'hello-world', directory], { env: engine.env })
      assert.equal(built.code, 0, told(docker, ['build'], built))
    })
    after(() => engine?.stop())

    const typed = async (line: string): Promise<string> => {
      const { passwords } = JSON.parse(await stage.cli('credential', 'show', '--output', 'json')) as { passwords: { value: string }[] }
      const local = passwords[0]?.value ?? ''
      return line
        .replaceAll('127.0.0.1:5000', `127.0.0.1:${http}`)
        .replaceAll(':5443', stage.domain.replace(/^[^:]*/, ''))
        .replace('-u local', line.startsWith('curl') ? `-u local:${local}` : `-u local -p ${local}`)
        .replace('-u owner', `-u owner -p ${stage.ownerPassword}`)
        .replace('sha256:…', digest)
        .replace('/srv/backup/today', join(stage.directory, 'backup'))
        .replace('APPID', principal?.appId ?? '')
        .replace('PASSWORD', `'${principal?.password}'`)
        .replace('TENANT', principal?.tenant ?? '')
    }

    /** Runs a block's lines in a shell that knows what `longshore env` says, as the one shell of the page does. */
    const runs = async (lines: readonly string[]): Promise<void> => {
      for (const line of lines) {
        const script = `eval "$(npx longshore env)"\n${await typed(line)}`
        const result = await run(...withHosts(stage.hosts, 'sh', ['-ec', script]), { env, only: true, seconds: 180 })
        assert.equal(result.code, 0, told(line, [], result))
        digest = /digest: (sha256:[0-9a-f]{64})/.exec(result.stdout)?.[1] ?? digest
        if (line.includes('sp create')) principal = await newestPrincipal()
        // As the page says: Go's programs, the engine among them, keep what they read of the file for five seconds.
        if (line.includes('/etc/hosts')) await pause(5100)
      }
    }
    const newestPrincipal = async () =>
      JSON.parse(await stage.cli('identity', 'sp', 'reset-credential', 'ci', '--output', 'json')) as typeof principal

    test('the page is made of blocks that this test knows', () => assert.equal(blocks.length, 9, blocks.join('---\n')))

    for (const block of blocks) {
      const lines = block.split('\n').filter((line) => line !== '' && !elsewhere.test(line))
      if (lines.length > 0)
        test(lines[0] ?? '', async () => {
          await runs(lines)
        })
    }
  },
  { settings: { LONGSHORE_HTTP: `127.0.0.1:${http}` } },
)
