import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort } from '../world/free-port.ts'
import { succeed } from './command.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { type DockerEngine, docker, startDockerEngine } from './docker-engine.ts'
import { makeContext } from './images.ts'

const program = fileURLToPath(new URL('../../bin/longshore.js', import.meta.url))
const fourHoursLater = 'data:text/javascript,const%20now=Date.now;Date.now=()=>now()+4*3600000'

let directory: string
let host: string
let settings: Record<string, string>
let server: Daemon
let engine: DockerEngine
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-lasting-'))
  const [http, admin] = [await freePort(), await freePort()]
  host = `127.0.0.1:${http}`
  settings = {
    LONGSHORE_DATA_DIR: join(directory, 'data'),
    LONGSHORE_HTTP: host,
    LONGSHORE_HTTPS: 'off',
    LONGSHORE_ADMIN: `127.0.0.1:${admin}`,
  }
  engine = await startDockerEngine({})
  server = await start()
})
after(async () => {
  await engine?.stop()
  await server?.stop()
  await rm(directory, { recursive: true, force: true })
})

const start = (env: Record<string, string> = {}) =>
  startDaemon(process.execPath, [program, 'serve'], {
    env: { ...settings, ...env },
    ready: async () => (await fetch(`http://${settings.LONGSHORE_ADMIN}/readyz`)).status === 200,
  })

test('docker and podman log in with a password on one profile, and push four hours later', async () => {
  const shown = await succeed(process.execPath, [program, 'credential', 'show', '--output', 'json'], { env: settings })
  const { username, passwords } = JSON.parse(shown) as { username: string; passwords: [{ value: string }] }
  const password = passwords[0].value
  const home = join(directory, 'user')
  await mkdir(join(home, 'run'), { recursive: true, mode: 0o700 })
  await writeFile(join(home, 'containers.conf'), '[containers]\ndefault_ulimits=[]\n')
  const profile = join(home, 'config.json')
  const env = {
    ...engine.env,
    HOME: home,
    DOCKER_CONFIG: home,
    XDG_RUNTIME_DIR: join(home, 'run'),
    CONTAINERS_CONF: join(home, 'containers.conf'),
  }
  const store = ['--root', join(home, 'store'), '--runroot', join(home, 'run'), '--storage-driver', 'vfs']
  const podman = (...args: string[]) => succeed('podman', [...store, '--events-backend', 'none', ...args], { env })

  await succeed(docker, ['login', '-u', username, '--password-stdin', host], { env, input: password })
  const { auths } = JSON.parse(await readFile(profile, 'utf8')) as { auths: Record<string, Record<string, string>> }
  assert.deepEqual(Object.keys(auths[host] ?? {}), ['auth'], 'the password, and no token in its place')
  await podman('login', '--tls-verify=false', '--authfile', profile, '-u', username, '-p', password, host)

  await server.stop()
  server = await start({ NODE_OPTIONS: `--import ${fourHoursLater}` })
  const { directory: context } = await makeContext(directory)
  await succeed(docker, ['build', '-q', '--network', 'none', '-t', `${host}/lasting:docker`, context], { env })
  await succeed(docker, ['push', `${host}/lasting:docker`], { env })
  await podman('pull', '-q', '--tls-verify=false', '--authfile', profile, `${host}/lasting:docker`)
  await podman('tag', `${host}/lasting:docker`, `${host}/lasting:podman`)
  await podman('push', '--tls-verify=false', '--authfile', profile, `${host}/lasting:podman`)
})
