// Starts Longshore itself, as an operator does, on free ports and in a data directory of its own.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../world/free-port.ts'
import { atEnd } from './at-end.ts'
import { succeed } from './command.ts'
import { startDaemon } from './daemon.ts'
import { addHostName, farName, registryName } from './host-names.ts'
import { type Endpoint, type Listener, send } from './wire.ts'

export type Credential = { user: string; password: string }
export type Longshore = {
  endpoints: Record<Listener, Endpoint>
  caFile: string
  admin: Credential
  /** Runs a command of Longshore's own CLI on this server's data directory. */
  cli: (...args: string[]) => Promise<string>
  log: () => string
  stop: () => Promise<void>
}

const program = fileURLToPath(new URL('../../bin/longshore.js', import.meta.url))

export async function startLongshore(): Promise<Longshore> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-clients-'))
  const [http, https, admin] = [await freePort(), await freePort(), await freePort()]
  const env = {
    LONGSHORE_DATA_DIR: join(directory, 'data'),
    LONGSHORE_HTTP: `127.0.0.1:${http}`,
    LONGSHORE_HTTPS: `127.0.0.1:${https}`,
    LONGSHORE_ADMIN: `127.0.0.1:${admin}`,
    LONGSHORE_NAMES: `${registryName},${farName}`,
  }
  const forgetName = atEnd(addHostName(registryName, '127.0.0.1'))
  const daemon = await startDaemon(process.execPath, [program, 'serve'], {
    env,
    ready: async () => (await fetch(`http://127.0.0.1:${admin}/readyz`)).status === 200,
  }).catch((error) => {
    forgetName()
    throw error
  })
  const cli = (...args: string[]) => succeed(process.execPath, [program, ...args], { env })
  const stop = async () => {
    await daemon.stop()
    forgetName()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const caFile = (await cli('ca', '--path')).trim()
    const { username, passwords } = JSON.parse(await cli('credential', 'show', '--output', 'json'))
    const endpoints: Longshore['endpoints'] = {
      https: {
        listener: 'https',
        host: `${registryName}:${https}`,
        url: `https://${registryName}:${https}`,
        ca: await readFile(caFile, 'utf8'),
      },
      http: { listener: 'http', host: `127.0.0.1:${http}`, url: `http://127.0.0.1:${http}` },
    }
    return { endpoints, caFile, admin: { user: username, password: passwords[0].value }, cli, log: daemon.log, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A login that may pull from one repository and nothing else: an access token under the name that stands for "this is a token". */
export async function readOnlyLogin(endpoint: Endpoint, repository: string, admin: Credential): Promise<Credential> {
  const challenge = (await send(endpoint, 'GET', '/v2/')).headers['www-authenticate'] ?? ''
  const [, realm] = /realm="([^"]+)"/.exec(challenge) ?? []
  const [, service] = /service="([^"]+)"/.exec(challenge) ?? []
  assert.ok(realm && service, `no token service in the challenge: ${challenge}`)
  const query = new URLSearchParams({ service, scope: `repository:${repository}:pull` })
  const answer = await send(endpoint, 'GET', `${realm}?${query}`, { credential: admin })
  assert.equal(answer.status, 200, answer.body.toString())
  return { user: '00000000-0000-0000-0000-000000000000', password: JSON.parse(answer.body.toString()).access_token }
}
