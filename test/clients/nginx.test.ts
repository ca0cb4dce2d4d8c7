// nginx in front of Longshore, by the recipe of docs/operations.md, as the user and the group of Debian's package.
import assert from 'node:assert/strict'
import { chmodSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePort } from '../world/free-port.ts'
import { digestOf, pushBlob, someBytes } from '../world/content.ts'
import { type Answer, errorCode, header, send } from '../world/send.ts'
import { Server } from '../world/server.ts'
import { type Daemon, startDaemon } from './daemon.ts'

const prefix = '/longshore-objects/'
const size = 3_000_000

/** The recipe, for this server and without TLS. */
function configurationOf(server: Server, port: number, folder: string): string {
  const paper = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  const recipe = [...paper.matchAll(/```nginx\n(.*?)```/gs)].map(([, text = '']) => text).find((text) => text.includes('internal;'))
  assert.ok(recipe)
  const here = recipe
    .replace('127.0.0.1:5000', `127.0.0.1:${server.address.port}`)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replaceAll(/^ *ssl_certificate.*\n/gm, '')
    .replace('server_name registry.example.org', 'server_name localhost')
    .replace('/var/lib/longshore/objects/', `${server.dataDir}/objects/`)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')
  return `user www-data; daemon off; pid ${folder}/pid; worker_processes 1; error_log stderr error;
events { worker_connections 256; }
http { access_log off; ${paths} ${here} }`
}

describe('nginx sends the bytes', { skip: process.getuid?.() === 0 ? false : 'needs root' }, () => {
  let server: Server
  let nginx: Daemon
  let folder: string
  let front: Server
  const bytes = someBytes(size)
  const digest = digestOf(bytes)

  before(async () => {
    process.umask(0o077)
    server = await Server.start({ trustedProxies: '127.0.0.1', blobOffload: `nginx:${prefix}`, blobOffloadGroup: 'www-data' })
    chmodSync(dirname(server.dataDir), 0o711)
    folder = mkdtempSync(join(tmpdir(), 'longshore-nginx-'))
    chmodSync(folder, 0o711)
    const port = await freePort()
    mkdirSync(join(folder, 'logs'))
    writeFileSync(join(folder, 'nginx.conf'), configurationOf(server, port, folder))
    front = Object.create(server, { address: { value: { host: '127.0.0.1', port } } }) as Server
    nginx = await startDaemon('nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')], {
      ready: async () => (await send(front, 'GET', '/v2/', { as: 'nobody' })).status === 401,
    })
    await pushBlob(front, 'team/app', bytes)
  })
  after(async () => {
    await nginx?.stop()
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const get = (headers: Record<string, string> = {}, of = digest) => send(front, 'GET', `/v2/team/app/blobs/${of}`, { headers })
  const direct = (headers: Record<string, string> = {}) => send(server, 'GET', `/v2/team/app/blobs/${digest}`, { headers })

  const told = [
    'docker-content-digest',
    'etag',
    'content-type',
    'content-length',
    'content-range',
    'content-disposition',
    'cache-control',
    'accept-ranges',
    'docker-distribution-api-version',
    'x-content-type-options',
    'last-modified',
    'x-accel-redirect',
    'x-longshore-cache-control',
  ]
  const facts = (answer: Answer) => [answer.status, answer.body.length, ...told.map((name) => header(answer, name))]

  const requests: Record<string, Record<string, string>> = {
    whole: {},
    'a first part': { range: 'bytes=0-99' },
    'a middle part': { range: 'bytes=1048570-1048600' },
    'an open end': { range: 'bytes=2999000-' },
    'the last bytes': { range: 'bytes=-7' },
    'more than there is': { range: 'bytes=2999990-9999999' },
    'beyond the end': { range: 'bytes=3000000-' },
    'several parts': { range: 'bytes=0-1,4-5' },
    'no range at all': { range: 'bytes=abc' },
    'a part of what is still this': { range: 'bytes=5-9', 'if-range': `"${digest}"` },
    'a part of another': { range: 'bytes=5-9', 'if-range': '"sha256:other"' },
    'a part of what is as old': { range: 'bytes=5-9', 'if-range': 'Sun, 06 Nov 1994 08:49:37 GMT' },
    'what is known': { 'if-none-match': `"${digest}"` },
    'what is known in another form': { 'if-none-match': '"sha256:other"' },
    'what must be this': { 'if-match': `"${digest}"` },
    'what must be another': { 'if-match': '"sha256:other"' },
    'newer than tomorrow': { 'if-modified-since': 'Sun, 06 Nov 2094 08:49:37 GMT' },
    'unchanged since long ago': { 'if-unmodified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' },
  }
  for (const [name, headers] of Object.entries(requests))
    test(`GET as we answer it: ${name}`, async () => {
      const [through, own] = [await get(headers), await direct(headers)]
      assert.deepEqual(facts(through), facts(own))
      if (own.status < 400) assert.ok(through.body.equals(own.body))
      assert.match(header(through, 'x-ms-correlation-request-id'), /^[0-9a-f-]{36}$/)
    })

  test('HEAD, small blobs and refusals come from here', async () => {
    const head = await send(front, 'HEAD', `/v2/team/app/blobs/${digest}`)
    assert.deepEqual([head.status, header(head, 'content-length')], [200, String(size)])
    const small = someBytes(100)
    assert.ok((await get({}, await pushBlob(front, 'team/app', small))).body.equals(small))
    assert.equal((await send(front, 'GET', `/v2/team/app/blobs/${digest}`, { as: 'nobody' })).status, 401)
  })

  test('the files are no path of nginx for anybody', async () => {
    const [file] = globSync('objects/*/*', { cwd: server.dataDir })
    const path = `${prefix}${(file ?? '').replace('objects/', '')}`
    for (const each of [path, `${prefix}../longshore.db`, `${prefix}%2e%2e/longshore.db`, prefix]) {
      const answer = await send(front, 'GET', each)
      assert.equal(answer.status, 404, each)
    }
  })

  test('a file that nginx cannot open is asked for here: the bytes, or why there are none', async () => {
    const other = someBytes(200_000)
    const of = await pushBlob(front, 'team/app', other)
    const file = globSync('objects/*/*', { cwd: server.dataDir })
      .map((name) => join(server.dataDir, name))
      .find((path) => readFileSync(path).equals(other))
    assert.ok(file)
    chmodSync(file, 0o600)
    const closed = await get({}, of)
    assert.ok(closed.status === 200 && closed.body.equals(other))
    assert.deepEqual(facts(closed), facts(await send(server, 'GET', `/v2/team/app/blobs/${of}`)))
    assert.equal(header(await get({ range: 'bytes=0-9' }, of), 'accept-ranges'), 'bytes')
    renameSync(file, `${file}.away`)
    const gone = await get({}, of)
    assert.deepEqual([gone.status, errorCode(gone)], [404, 'BLOB_UNKNOWN'])
    assert.match(gone.body.toString(), /is lost where this server keeps its bytes/)
    // Nothing of the answer before it: nobody keeps a refusal for a year.
    const headers = (answer: Answer) => told.filter((name) => name !== 'content-length').map((name) => header(answer, name))
    assert.deepEqual(headers(gone), headers(await send(server, 'GET', `/v2/team/app/blobs/${of}`)))
    // It was quarantined then: a push of the same bytes heals it.
    await pushBlob(front, 'team/app', other)
    assert.ok((await get({}, of)).body.equals(other))
    rmSync(`${file}.away`)
  })
})
