import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Agent, request as httpRequest } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { dataDirectory } from '#adapters/fs/data-directory.ts'
import { eventually } from '../conformance/client.ts'
import { digestOf, someBytes } from '../world/content.ts'
import { header, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

let server: Server
before(async () => {
  server = await Server.start({ servers: '3', admin: '127.0.0.1:0' })
})
after(() => server.stop())

/** A connection of its own, which the kernel gives to one of the threads. */
const byNewConnection = (method: string, path: string, options = {}) => {
  const agent = new Agent({ keepAlive: false })
  return send({ address: server.address, user: server.user, password: server.password, agent }, method, path, options)
}

/** How often the upload went on at a thread that had not begun it, or at one that had lost it. */
function claimsOf(location: string): number {
  const database = new DatabaseSync(dataDirectory(server.dataDir).database, { readOnly: true })
  try {
    const id = /[0-9a-f-]{36}/.exec(location)?.[0] ?? ''
    return Number(database.prepare('SELECT epoch FROM upload WHERE upload_id = ?').get(id)?.epoch) - 1
  } finally {
    database.close()
  }
}

const chunk = 70_000

test('an upload goes on at whichever thread its chunks come to, with the bytes that each of them took', async () => {
  const name = `hops/${randomUUID().slice(0, 8)}`
  let location = header(await byNewConnection('POST', `/v2/${name}/blobs/uploads/`), 'location')
  const pieces: Buffer[] = []
  for (let tries = 0; tries < 60 && (pieces.length < 6 || claimsOf(location) < 3); tries++) {
    const piece = someBytes(chunk)
    const start = pieces.length * chunk
    const headers = { 'content-range': `${start}-${start + chunk - 1}` }
    const answer = await byNewConnection('PATCH', location, { body: piece, headers })
    assert.equal(answer.status, 202, answer.body.toString())
    assert.equal(header(answer, 'range'), `0-${start + chunk - 1}`)
    location = header(answer, 'location')
    pieces.push(piece)
  }
  assert.ok(claimsOf(location) >= 3, 'it went from thread to thread')
  const bytes = Buffer.concat(pieces)
  assert.equal((await byNewConnection('PUT', `${location}${location.includes('?') ? '&' : '?'}digest=${digestOf(bytes)}`)).status, 201)
  const stored = await byNewConnection('GET', `/v2/${name}/blobs/${digestOf(bytes)}`)
  assert.ok(stored.body.equals(bytes))
})

test('of closing requests that come to several threads at once, each with all bytes, none spoils what another was told is stored', async () => {
  for (let round = 0; round < 60; round++)
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const bytes = someBytes(20_000)
        const name = `closing/${randomUUID().slice(0, 8)}`
        const location = header(await byNewConnection('POST', `/v2/${name}/blobs/uploads/`), 'location')
        const close = () =>
          byNewConnection('PUT', `${location}${location.includes('?') ? '&' : '?'}digest=${digestOf(bytes)}`, { body: bytes })
        const answers = await Promise.all([close(), close(), close()])
        for (const { status } of answers) assert.ok([201, 404, 416].includes(status), String(status))
        // All of them may have overtaken one another; the upload stands.
        const stored = answers.some(({ status }) => status === 201) || (await close()).status === 201
        assert.ok(stored, answers.map(({ status }) => status).join(' '))
        assert.ok((await byNewConnection('GET', `/v2/${name}/blobs/${digestOf(bytes)}`)).body.equals(bytes))
      }),
    )
})

test('no client is told of bytes that only the thread has to which they came: it closes the upload at another one', async () => {
  for (let round = 0; round < 12; round++) {
    const bytes = someBytes(chunk)
    const name = `broken/${randomUUID().slice(0, 8)}`
    const location = header(await byNewConnection('POST', `/v2/${name}/blobs/uploads/`), 'location')
    const closing = `${location}${location.includes('?') ? '&' : '?'}digest=${digestOf(bytes)}`
    await sendAllButTheEnd(closing, bytes)
    assert.equal(header(await byNewConnection('GET', location), 'range'), '0-0')
    const outOfOrder = await byNewConnection('PATCH', location, { body: bytes, headers: { 'content-range': `9-${chunk + 8}` } })
    assert.deepEqual([outOfOrder.status, header(outOfOrder, 'range')], [416, '0-0'])
    const headers = { 'content-range': `0-${chunk - 1}` }
    // The request that broke off may still be on its way out.
    let answer = await byNewConnection('PUT', closing, { body: bytes, headers })
    for (let tries = 0; answer.status === 416 && tries < 50; tries++)
      answer = await byNewConnection('PUT', closing, { body: bytes, headers })
    assert.equal(answer.status, 201, answer.body.toString())
  }
})

test('an upload that ended at one thread holds no place at another', async () => {
  const open = async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${server.started.admin?.port}/metrics`)).text()
    return /^longshore_uploads_open (\d+)$/m.exec(metrics)?.[1]
  }
  const name = `ended/${randomUUID().slice(0, 8)}`
  for (let round = 0; round < 20; round++) {
    let location = header(await byNewConnection('POST', `/v2/${name}/blobs/uploads/`), 'location')
    const bytes = someBytes(chunk)
    location = header(await byNewConnection('PATCH', location, { body: bytes }), 'location')
    const closing = `${location}${location.includes('?') ? '&' : '?'}digest=${digestOf(bytes)}`
    const { status } = await (round % 2 === 0 ? byNewConnection('DELETE', location) : byNewConnection('PUT', closing))
    assert.ok(status < 300, String(status))
  }
  assert.ok(await eventually(async () => (await open()) === '0'), `${await open()} are open`)
})

/** All bytes, but one more is announced; then the connection is cut. */
async function sendAllButTheEnd(path: string, bytes: Buffer): Promise<void> {
  const { host, port } = server.address
  const authorization = `Basic ${Buffer.from(`${server.user}:${server.password}`).toString('base64')}`
  const request = httpRequest({
    host,
    port,
    agent: false,
    method: 'PUT',
    path,
    headers: { authorization, 'content-length': bytes.length + 1 },
  })
  request.on('error', () => {})
  await new Promise<void>((sent) => request.write(bytes, () => sent()))
  await pause(20)
  request.destroy()
  await pause(20)
}
