import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { endsWithUs } from '../world/after-us.ts'
import { environmentWith } from '../world/database.ts'
import { withPorts } from '../world/free-port.ts'
import { makeDataDirectory, readCredentials, removeDataDirectory } from '../world/server.ts'

const program = fileURLToPath(new URL('../../bin/longshore.js', import.meta.url))

// Whoever reads the log stands still: nobody reads what the server writes to standard error.
const dataDir = makeDataDirectory()
let child: ChildProcess
let http: { host: string; port: number }

before(async () => {
  await readCredentials(dataDir)
  const settings = await withPorts({ LONGSHORE_HTTP: '127.0.0.1:0' })
  const [host = '', port] = settings.LONGSHORE_HTTP.split(':')
  http = { host, port: Number(port) }
  const env = environmentWith({
    HOME: process.env.HOME ?? '',
    ...settings,
    LONGSHORE_HTTPS: 'off',
    LONGSHORE_ADMIN: 'off',
    LONGSHORE_SERVERS: '2',
    LONGSHORE_DATA_DIR: dataDir,
  })
  child = endsWithUs(spawn(process.execPath, [program, 'serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] }))
  for (let tries = 0; tries < 600 && !(await isUp()); tries++) await pause(50)
})
after(() => {
  child.kill('SIGKILL')
  removeDataDirectory(dataDir)
})

const ask = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request({ ...http, path, agent: false }, (response) => resolve(response.resume().statusCode ?? 0))
      .on('error', reject)
      .end()
  })
const isUp = () =>
  ask('/v2/').then(
    (status) => status === 401,
    () => false,
  )

test('a server whose log nobody reads serves on, and ends when it is told to', async () => {
  // More than the system keeps of a pipe, with one line a request.
  for (let each = 0; each < 80; each++)
    assert.deepEqual(new Set(await Promise.all(Array.from({ length: 20 }, () => ask(`/v2/${'x'.repeat(900)}`)))), new Set([404]))
  await pause(300)
  const ended = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>
  child.kill('SIGTERM')
  const cut = setTimeout(() => child.kill('SIGKILL'), 30_000)
  assert.deepEqual(await ended, [0, null])
  clearTimeout(cut)
})
