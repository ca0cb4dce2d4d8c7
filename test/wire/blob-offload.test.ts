import assert from 'node:assert/strict'
import { appendFileSync, globSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { digestOf, pushBlob, someBytes } from '../world/content.ts'
import { blobPath, bytes as dataBytes, openData } from '../world/data-endpoint.ts'
import { type Answer, errorCode, header, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

const flags = {
  trustedProxies: '127.0.0.1',
  blobOffload: 'nginx:/kept/objects/',
  admin: '127.0.0.1:0',
  corsOrigins: 'https://portal.example.org',
}
const forwarded = { 'x-forwarded-for': '203.0.113.7' }
const bytes = someBytes(200_000)
const digest = digestOf(bytes)
const path = `/v2/team/app/blobs/${digest}`

let server: Server
before(async () => {
  server = await Server.start(flags)
  await pushBlob(server, 'team/app', bytes)
})
after(() => server.stop())

const get = (headers: Record<string, string> = {}, of = path) => send(server, 'GET', of, { headers: { ...forwarded, ...headers } })

function isOffloaded(answer: Answer, to: string, content: Uint8Array): void {
  assert.deepEqual([answer.status, answer.body.length, header(answer, 'content-length')], [200, 0, '0'])
  const [, file = ''] = /^\/kept\/objects\/([0-9a-f]{2}\/[0-9a-f-]{36})$/.exec(header(answer, 'x-accel-redirect')) ?? []
  assert.ok(readFileSync(join(to, 'objects', file)).equals(content))
}

function isSent(answer: Answer, content: Uint8Array = bytes): void {
  assert.equal(header(answer, 'x-accel-redirect'), '')
  assert.equal(answer.status, 200)
  assert.ok(answer.body.equals(content))
}

test('what came through a trusted proxy is answered with the file that the proxy sends', async () => {
  const answer = await get()
  isOffloaded(answer, server.dataDir, bytes)
  assert.deepEqual(
    ['docker-content-digest', 'etag', 'content-type', 'x-longshore-content-disposition', 'x-longshore-cache-control'].map((name) =>
      header(answer, name),
    ),
    [digest, `"${digest}"`, 'application/octet-stream', 'attachment', 'private, max-age=31536000, immutable'],
  )
  // Else nginx would keep them on what is answered when it cannot open the file.
  for (const name of ['content-disposition', 'cache-control', 'accept-ranges']) assert.equal(header(answer, name), '', name)
  for (const range of ['bytes=0-99', 'bytes=100-', 'bytes=-5', 'bytes=0-999999999'])
    isOffloaded(await get({ range, 'if-range': `"${digest}"` }), server.dataDir, bytes)
  isOffloaded(await get({ 'if-none-match': '"sha256:other"' }), server.dataDir, bytes)
  for (const mark of ['x-forwarded-host', 'x-forwarded-proto'] as const) {
    const value = { 'x-forwarded-host': server.loginServer, 'x-forwarded-proto': 'http' }[mark]
    isOffloaded(await send(server, 'GET', path, { headers: { [mark]: value } }), server.dataDir, bytes)
  }
})

async function metrics(): Promise<string> {
  const { host, port } = server.started.admin ?? { host: '', port: 0 }
  return (await fetch(`http://${host}:${port}/metrics`)).text()
}

test('requests are counted by what the client is answered', async () => {
  const counted = async (status: number) =>
    Number(new RegExp(`longshore_requests_total\\{method="GET",status="${status}"\\} (\\d+)`).exec(await metrics())?.[1] ?? 0)
  const before = [await counted(200), await counted(206)]
  await get()
  await get({ range: 'bytes=0-99' })
  await get({ range: 'bytes=5-' })
  while ((await counted(206)) < (before[1] ?? 0) + 2) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(await counted(200), (before[0] ?? 0) + 1)
})

test('whoever did not come through one gets the bytes, also from the same address', async () => {
  isSent(await send(server, 'GET', path))
  isSent(await get({ 'x-longshore-offload': 'off' }))
  const elsewhere = await Server.start({ ...flags, trustedProxies: '203.0.113.1' })
  try {
    await pushBlob(elsewhere, 'team/app', bytes)
    isSent(await send(elsewhere, 'GET', path, { headers: forwarded }))
  } finally {
    await elsewhere.stop()
  }
})

test('what a front would read in another way is answered here', async () => {
  for (const headers of [
    { 'if-match': `"${digest}"` },
    { 'if-modified-since': 'Sun, 06 Nov 2094 08:49:37 GMT' },
    { 'if-unmodified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' },
    { origin: 'https://portal.example.org' },
    { range: 'bytes=0-1,5-9' },
    { range: 'bytes=0-9', 'if-range': '"sha256:other"' },
    { range: 'bytes=x' },
    { range: 'lines=0-9' },
  ])
    isSent(await get(headers as Record<string, string>))
  const odd = await get({ range: 'bytes= 0-9 ,' })
  assert.deepEqual([odd.status, odd.body.length, header(odd, 'x-accel-redirect')], [206, 10, ''])
  const head = await send(server, 'HEAD', path, { headers: forwarded })
  assert.deepEqual([head.status, header(head, 'content-length'), header(head, 'x-accel-redirect')], [200, '200000', ''])
})

test('small blobs are sent from here, whether they lie in a row or in a file', async () => {
  for (const size of [0, 100, 60_000]) {
    const small = someBytes(size)
    isSent(await get({}, `/v2/team/app/blobs/${await pushBlob(server, 'team/app', small)}`), small)
  }
})

test('who may not read it, and what is not there, has no file named', async () => {
  const nobody = await send(server, 'GET', path, { as: 'nobody', headers: forwarded })
  const absent = await get({}, `/v2/team/app/blobs/${digestOf('absent')}`)
  const elsewhere = await get({}, `/v2/other/app/blobs/${digest}`)
  const beyond = await get({ range: 'bytes=200000-' })
  const known = await get({ 'if-none-match': `"${digest}"` })
  const changed = await get({ 'if-match': '"sha256:other"' })
  assert.deepEqual(
    [nobody, absent, elsewhere, beyond, known, changed].map((answer) => [answer.status, header(answer, 'x-accel-redirect')]),
    [401, 404, 404, 416, 304, 412].map((status) => [status, '']),
  )
  assert.equal(errorCode(beyond), 'RANGE_INVALID')
})

function fileWith(content: Uint8Array): string {
  const files = globSync('objects/*/*', { cwd: server.dataDir }).map((name) => join(server.dataDir, name))
  const file = files.find((each) => readFileSync(each).equals(content))
  assert.ok(file)
  return file
}

test('what was found damaged, or was deleted, is refused before a file is named', async () => {
  const [bad, gone] = [someBytes(100_000), someBytes(100_000)]
  const [badPath, gonePath] = [bad, gone].map((each) => `/v2/team/app/blobs/${digestOf(each)}`) as [string, string]
  for (const each of [bad, gone]) await pushBlob(server, 'team/app', each)
  const file = fileWith(bad)
  isOffloaded(await get({}, badPath), server.dataDir, bad)
  writeFileSync(file, Buffer.from(bad).fill(0, 50, 60))
  // Nobody sums what a front sends: a reader that comes directly finds it, or scrub does.
  isOffloaded(await get({}, badPath), server.dataDir, readFileSync(file))
  await assert.rejects(send(server, 'GET', badPath))
  const found = await get({}, badPath)
  assert.deepEqual([found.status, header(found, 'x-accel-redirect')], [404, ''])
  assert.equal((await send(server, 'DELETE', gonePath)).status, 202)
  const deleted = await get({}, gonePath)
  assert.deepEqual([deleted.status, header(deleted, 'x-accel-redirect')], [404, ''])
})

test('a file that is gone or ends too early is no whole answer at the front: it is refused here, and a push heals it', async () => {
  for (const harm of [
    (file: string) => truncateSync(file, 0),
    (file: string) => truncateSync(file, 70_000),
    (file: string) => rmSync(file),
  ]) {
    const whole = someBytes(100_000)
    const of = `/v2/team/app/blobs/${await pushBlob(server, 'team/app', whole)}`
    harm(fileWith(whole))
    const first = await get({}, of).catch(() => undefined)
    assert.equal(first ? header(first, 'x-accel-redirect') : '', '')
    await pushBlob(server, 'team/app', whole)
    isOffloaded(await get({}, of), server.dataDir, whole)
  }
})

test('a file with more in it than the blob is sent from here', async () => {
  const whole = someBytes(100_000)
  const of = `/v2/team/app/blobs/${await pushBlob(server, 'team/app', whole)}`
  appendFileSync(fileWith(whole), 'x')
  isSent(await get({}, of), whole)
})

test('the link of a data endpoint leads to the front, too', async () => {
  const plane = await openData({ flags: { blobOffload: flags.blobOffload, trustedProxies: '127.0.0.1' }, proxies: ['127.0.0.1'] })
  try {
    const link = await plane.linkOf()
    isSent(await plane.follow(link), dataBytes)
    isOffloaded(await plane.follow(link, { headers: forwarded }), plane.door.dataDir, dataBytes)
    link.searchParams.set('sig', 'x'.repeat(43))
    const refused = await plane.follow(link, { headers: forwarded })
    assert.deepEqual([refused.status, header(refused, 'x-accel-redirect')], [403, ''])
    assert.equal(blobPath().includes('/kept/'), false)
  } finally {
    await plane.stop()
  }
})
