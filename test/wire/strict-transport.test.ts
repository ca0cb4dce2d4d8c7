import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { localCertificates } from '#adapters/x509/authority.ts'
import { type Flags, makeDataDirectory, removeDataDirectory, Server } from '../world/server.ts'

const names = ['acr.example.org', 'registry', '10.0.0.1', 'longshore.localhost', 'local.longshore.localhost', 'localhost']
const folder = join(makeDataDirectory(), '..', 'tls')
let own: Flags
before(async () => {
  await localCertificates(folder, names, Date.now())
  own = { https: '127.0.0.1:0', tlsCert: join(folder, 'server.pem'), tlsKey: join(folder, 'server.key'), names: names.join(',') }
})
after(() => {
  rmSync(folder, { recursive: true })
  removeDataDirectory(join(folder, '..', 'data'))
})

/** What an answer over our own TLS tells a browser, of each surface of a host. */
async function told(server: Server, host: string): Promise<(string | undefined)[]> {
  const paths = [
    '/v2/',
    '/acr/v1/_catalog',
    '/oauth2/token',
    '/metadata/endpoints',
    '/subscriptions',
    '/graph/v1.0/me',
    '/adfs/x',
    '/',
    '/nothing',
  ]
  return Promise.all(
    paths.map(
      (path) =>
        new Promise<string | undefined>((resolve, reject) => {
          const { port } = server.started.https ?? { port: 0 }
          request({ host: '127.0.0.1', port, path, headers: { host, connection: 'close' }, rejectUnauthorized: false }, (response) => {
            response.resume()
            resolve(response.headers['strict-transport-security'])
          })
            .once('error', reject)
            .end()
        }),
    ),
  )
}
const once = async (server: Server, host: string) => [...new Set(await told(server, host))]

test('Strict-Transport-Security is told on every surface, for a name of one’s own with a certificate of one’s own', async (t) => {
  const server = await Server.start(own)
  t.after(() => server.stop())
  assert.deepEqual(await once(server, 'acr.example.org'), ['max-age=31536000'])
  assert.deepEqual(await once(server, 'acr.example.org:5443'), ['max-age=31536000'])
  for (const host of ['registry', '10.0.0.1', '[::1]', 'localhost', 'longshore.localhost', 'local.longshore.localhost:5443'])
    assert.deepEqual(await once(server, host), [undefined], host)
  const plain = await fetch(`${server.origin}/acr/v1/_catalog`, { headers: { host: 'acr.example.org' } })
  assert.equal(plain.headers.get('strict-transport-security'), null)
})

test('all below the host are meant only when the operator says so; off says nothing', async (t) => {
  for (const [hsts, value] of [
    ['subdomains', 'max-age=31536000; includeSubDomains'],
    ['off', undefined],
  ] as const) {
    const server = await Server.start({ ...own, hsts })
    t.after(() => server.stop())
    assert.deepEqual(await once(server, 'acr.example.org'), [value])
    assert.deepEqual(await once(server, 'localhost'), [undefined])
  }
})

test('with the local authority it is never told', async (t) => {
  const server = await Server.start({ https: '127.0.0.1:0', names: 'acr.example.org' })
  t.after(() => server.stop())
  assert.deepEqual(await once(server, 'acr.example.org'), [undefined])
})

test('no cipher without authentication of its own is spoken, whatever name is asked for', async (t) => {
  const server = await Server.start({ https: '127.0.0.1:0' })
  t.after(() => server.stop())
  const shake = (ciphers: string, servername: string) =>
    new Promise<string>((resolve) => {
      const { port } = server.started.https ?? { port: 0 }
      const options = { host: '127.0.0.1', port, servername, maxVersion: 'TLSv1.2', ciphers, rejectUnauthorized: false } as const
      const socket = connect(options, () => {
        resolve(socket.getCipher().name)
        socket.destroy()
      })
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    })
  for (const name of ['localhost', 'team.longshore.localhost', '']) {
    for (const cipher of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA'])
      assert.match(await shake(`${cipher}:@SECLEVEL=0`, name), /HANDSHAKE_FAILURE|ECONNRESET/, cipher)
    for (const cipher of ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305'])
      assert.equal(await shake(cipher, name), cipher)
  }
})
