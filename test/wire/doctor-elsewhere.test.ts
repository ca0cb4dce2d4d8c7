// doctor on a client's machine: the server is known by its address alone.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as plainServer, type Server as PlainServer } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { makeAuthority, makeLeaf } from '#adapters/x509/issue.ts'
import { Computer } from '../world/computer.ts'
import { Server } from '../world/server.ts'

let computer: Computer
beforeEach(() => (computer = new Computer().finds({ localhost: ['127.0.0.1'], 'contoso.longshore.localhost': ['127.0.0.1'] })))
afterEach(() => computer.remove())

describe('a server of ours', () => {
  let server: Server
  let port = 0
  let ca = ''
  before(async () => {
    server = await Server.start({ https: '127.0.0.1:0' })
    port = server.started.https?.port ?? 0
    ca = join(server.dataDir, 'tls', 'ca.pem')
  })
  after(() => server.stop())

  test('with its authority all is well; nothing of this machine’s own data folder is looked at', async () => {
    const { findings, one, of, code } = await computer.doctor(['--server', `localhost:${port}`, '--registry', 'contoso', '--ca', ca])
    assert.equal(code, 0, JSON.stringify(findings, null, 1))
    assert.equal(one('server-runs').of, `https://localhost:${port}`)
    assert.deepEqual(of('name-found'), ['localhost', 'contoso.longshore.localhost'])
    assert.equal(one('certificate-good').state, 'good')
    for (const name of ['disk-free', 'modes-closed', 'port-ours', 'descriptors-enough'] as const) assert.deepEqual(of(name), [])
  })

  test('without it the certificate is not to be trusted', async () => {
    const { of, code } = await computer.doctor(['--server', `https://localhost:${port}`, '--registry', 'contoso'])
    assert.deepEqual(of('certificate-mistrusted'), ['localhost', 'contoso.longshore.localhost'])
    assert.equal(code, 1)
  })

  test('by another of its addresses it is the same server, which says what it is called', async () => {
    const { one, code } = await computer.doctor(['--server', `http://127.0.0.1:${server.address.port}`])
    assert.equal(one('server-renamed').detail.named, `https://localhost:${port}`)
    assert.equal(one('server-renamed').cure, `longshore doctor --server https://localhost:${port}`)
    assert.equal(code, 1)
  })

  test('a name that is not found gets the address of the server', async () => {
    const { one } = await computer.doctor(['--server', `https://localhost:${port}`, '--registry', 'other', '--ca', ca])
    assert.equal(one('name-unknown').cure, `printf '%s\\n' '127.0.0.1 other.longshore.localhost' | sudo tee -a /etc/hosts`)
  })

  test('the az of a client’s machine is told how to register the cloud', async () => {
    const { one } = await computer.program('az').doctor(['--server', `https://localhost:${port}`, '--ca', ca])
    assert.equal(
      one('az-elsewhere').cure,
      `export REQUESTS_CA_BUNDLE=${ca} NODE_EXTRA_CA_CERTS=${ca} && az cloud register -n Longshore --endpoint-resource-manager https://localhost:${port} --endpoint-active-directory https://localhost:${port}/adfs && az cloud set -n Longshore`,
    )
  })
})

const day = 24 * 60 * 60 * 1000
const metadata = (control: string) => JSON.stringify([{ resourceManager: control, suffixes: { acrLoginServer: 'longshore.localhost' } }])

/** A server whose certificate was made at another time, or for another name. */
async function withCertificate<Result>(
  made: { at: number; names?: string[] },
  work: (control: string, ca: string) => Promise<Result>,
): Promise<Result> {
  const names = made.names ?? ['localhost']
  const authority = await makeAuthority(names, Math.min(made.at, Date.now()))
  const leaf = await makeLeaf(authority.cert, authority.key, names, made.at)
  const server = createServer(leaf, (_, response) => response.end(metadata(control))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const control = `https://localhost:${(server.address() as AddressInfo).port}`
  computer.put('~/ca.pem', authority.cert)
  try {
    return await work(control, join(computer.env.HOME ?? '', 'ca.pem'))
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

const times: [name: 'certificate-good' | 'certificate-ending' | 'certificate-ended' | 'certificate-early', made: number, code: number][] = [
  ['certificate-good', 0, 0],
  ['certificate-ending', -380 * day, 0],
  ['certificate-ended', -400 * day, 1],
  ['certificate-early', 10 * day, 1],
]
for (const [name, made, code] of times)
  test(`${name}: of a certificate that was made ${made / day} days from now`, () =>
    withCertificate({ at: Date.now() + made }, async (control, ca) => {
      const checkup = await computer.doctor(['--server', control, '--ca', ca])
      assert.equal(checkup.one(name).of, 'localhost')
      assert.equal(checkup.code, code)
    }))

test('a certificate of another name', () =>
  withCertificate({ at: Date.now(), names: ['other.example'] }, async (control, ca) => {
    const { one } = await computer.doctor(['--server', control, '--ca', ca])
    assert.equal(one('certificate-mistrusted').detail.why, 'ERR_TLS_CERT_ALTNAME_INVALID')
  }))

describe('over plain HTTP', () => {
  let server: PlainServer
  let control = ''
  let off = 0
  let body = ''
  before(async () => {
    server = plainServer((_, response) => {
      response.setHeader('Date', new Date(Date.now() + off).toUTCString())
      response.end(body)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    control = `http://localhost:${(server.address() as AddressInfo).port}`
    body = metadata(control)
  })
  after(() => server.close())

  test('clocks that agree, and clocks that do not', async () => {
    assert.equal((await computer.doctor(['--server', control])).one('clock-good').detail.seconds, 0)
    off = 3 * 60_000
    const { one, code } = await computer.doctor(['--server', control])
    off = 0
    const seconds = Number(one('clock-off').detail.seconds)
    assert.ok(Math.abs(seconds - 180) <= 2, `${seconds} s`)
    assert.equal(code, 1)
  })

  test('a clock that nothing keeps', async () => {
    computer.program('timedatectl', 'echo no')
    assert.equal((await computer.doctor(['--server', control])).one('clock-unsynchronized').state, 'warning')
    computer.program('timedatectl', 'echo yes')
    assert.deepEqual((await computer.doctor(['--server', control])).of('clock-unsynchronized'), [])
  })

  test('somebody else answers there', async () => {
    body = '<html>'
    const { one, code } = await computer.doctor(['--server', control])
    body = metadata(control)
    assert.equal(one('server-stranger').detail.status, 200)
    assert.equal(code, 1)
  })

  test('nobody answers there', async () => {
    const { one } = await computer.doctor(['--server', 'http://localhost:1'])
    assert.equal(one('server-silent').detail.reason, 'ECONNREFUSED')
  })
})

test('an address that is none, and a file that is not there, are told', async () => {
  assert.match((await computer.told(['--server', 'https://'])).problem, /--server: expected https:\/\/host\[:port\]; got "https:\/\/"/)
  assert.match((await computer.told(['--server', 'https://localhost:1', '--ca', '/no/such'])).problem, /\/no\/such: there is no such file/)
})
