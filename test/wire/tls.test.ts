import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { copyFileSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { eventually } from '../conformance/client.ts'
import { header, send } from '../world/send.ts'
import { makeDataDirectory, removeDataDirectory, Server } from '../world/server.ts'

let server: Server
let ca: string
before(async () => {
  server = await Server.start({ https: '127.0.0.1:0', names: 'registry.example' })
  ca = readFileSync(server.started.caPath ?? '', 'utf8')
})
after(() => server.stop())

interface Handshake {
  protocol: string | null
  alpn: string | false | null
  certificate: X509Certificate | undefined
}

function shake(options: ConnectionOptions, of: Server = server): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const { host, port } = of.started.https ?? { host: '', port: 0 }
    const socket: TLSSocket = connect({ host, port, servername: 'localhost', ...options }, () => {
      resolve({ protocol: socket.getProtocol(), alpn: socket.alpnProtocol, certificate: socket.getPeerX509Certificate() })
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

test('TLS 1.2 and 1.3 are spoken; 1.1 and 1.0 are refused', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    assert.equal((await shake({ ca, minVersion: version, maxVersion: version })).protocol, version)
  for (const version of ['TLSv1.1', 'TLSv1'] as const)
    await assert.rejects(shake({ ca, minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' }), version)
})

test('the local CA verifies for each name that the server answers to, and nobody trusts it unasked', async () => {
  for (const servername of ['localhost', 'longshore.localhost', 'team.longshore.localhost', 'registry.example'])
    assert.ok((await shake({ ca, servername })).certificate, servername)
  assert.ok((await shake({ ca, servername: '' })).certificate, 'by address')
  await assert.rejects(shake({ ca, servername: 'evil.example' }), /altnames|ERR_TLS_CERT_ALTNAME_INVALID/)
  await assert.rejects(shake({}), /self-signed|unable to (?:verify|get)/i)
  const authority = new X509Certificate(ca)
  assert.equal(authority.ca, true)
  assert.equal(statSync(server.started.caPath ?? '').mode & 0o022, 0)
})

test('who speaks plain HTTP to the port of HTTPS is told so, and the next one is served', async () => {
  const { host, port } = server.started.https ?? { host: '', port: 0 }
  const answer = await fetch(`http://${host}:${port}/v2/`)
  assert.equal(answer.status, 400)
  assert.match(await answer.text(), /this port speaks HTTPS: write https:\/\/ instead/)
  assert.ok((await shake({ ca })).certificate)
})

test('only HTTP/1.1 is offered', async () => {
  assert.equal((await shake({ ca, ALPNProtocols: ['http/1.1', 'h2'] })).alpn, 'http/1.1')
  await assert.rejects(shake({ ca, ALPNProtocols: ['h2'] }))
})

test('G5 CVE-2026-21637: no name in the handshake takes the server down', async () => {
  for (const servername of ['a'.repeat(255), '..', '*', 'xn--', '__proto__', 'a\0b', 'ü.example', '-', 'localhost.'])
    await shake({ servername, rejectUnauthorized: false }).catch(() => {})
  const answer = await send(server, 'GET', '/v2/', { as: 'nobody', ca, port: server.started.https?.port ?? 0 })
  assert.equal(answer.status, 401)
  assert.match(header(answer, 'www-authenticate'), /^Bearer realm="https:/)
})

test('the CA outlives a restart', async () => {
  await server.down()
  await server.up()
  assert.equal(readFileSync(server.started.caPath ?? '', 'utf8'), ca)
  assert.ok((await shake({ ca })).certificate)
})

test('the operator’s own certificate is served, and read again when its files change; a broken one changes nothing', async () => {
  const folder = join(makeDataDirectory(), '..')
  // Two authorities of two installations give two pairs.
  const other = await Server.start({ https: '127.0.0.1:0' })
  const pairs = [server, other].map((each) => join(each.dataDir, 'tls'))
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  const use = (source: string) => {
    copyFileSync(join(source, 'server.pem'), files.cert)
    copyFileSync(join(source, 'server.key'), files.key)
  }
  use(pairs[0] ?? '')
  const own = await Server.start({ https: '127.0.0.1:0', tlsCert: files.cert, tlsKey: files.key })
  try {
    const serving = async () => (await shake({ rejectUnauthorized: false, servername: 'localhost' }, own)).certificate?.fingerprint256
    const fingerprint = (source: string) => new X509Certificate(readFileSync(join(source, 'server.pem'))).fingerprint256
    assert.equal(await serving(), fingerprint(pairs[0] ?? ''))
    assert.equal(own.started.caPath, undefined)
    writeFileSync(files.cert, 'no certificate')
    await new Promise((resolve) => setTimeout(resolve, 5500))
    assert.equal(await serving(), fingerprint(pairs[0] ?? ''))
    use(pairs[1] ?? '')
    for (const path of Object.values(files)) utimesSync(path, new Date(), new Date())
    assert.ok(await eventually(async () => (await serving()) === fingerprint(pairs[1] ?? ''), 15_000), 'the new one within seconds')
    for (const name of ['localhost', undefined])
      assert.ok(await shake({ rejectUnauthorized: false, ...(name ? { servername: name } : {}) }, own))
  } finally {
    await own.stop()
    await other.stop()
    removeDataDirectory(join(folder, 'data'))
  }
})
