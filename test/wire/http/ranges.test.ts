import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { digestOf, pushBlob, someBytes } from '../../world/content.ts'
import { header, send } from '../../world/send.ts'
import { Server } from '../../world/server.ts'

// RFC 9110 §14 and §13.1.5: ranges of a blob. Several ranges at once are given as the whole, which §14.2 leaves to the server.

let server: Server
const bytes = someBytes(1000)
const digest = digestOf(bytes)
const path = `/v2/r/blobs/${digest}`
before(async () => {
  server = await Server.start()
  await pushBlob(server, 'r', bytes)
  await pushBlob(server, 'r', Buffer.alloc(0))
})
after(() => server.stop())

/** First and last byte of what is sent; `whole`; or that it cannot be. */
const ranges: readonly (readonly [string, readonly [number, number] | 'whole' | 416])[] = [
  ['bytes=0-0', [0, 0]],
  ['bytes=0-', [0, 999]],
  ['bytes=10-19', [10, 19]],
  ['bytes=999-', [999, 999]],
  ['bytes=990-2000', [990, 999]],
  ['bytes=-1', [999, 999]],
  ['bytes=-1000', [0, 999]],
  ['bytes=-5000', [0, 999]],
  ['Bytes=0-1', [0, 1]],
  ['bytes= 0-1', [0, 1]],
  ['bytes=0-1,', [0, 1]],
  ['bytes=0-99999999999999999999', [0, 999]],
  ['bytes=1000-', 416],
  ['bytes=1000-1001', 416],
  ['bytes=99999999999999999999-', 416],
  ['bytes=-0', 416],
  ['bytes=5-2', 416],
  ['bytes=1000-1001,2000-', 416],
  ['bytes=0-1,5-6', 'whole'],
  ['bytes=0-1,2000-', 'whole'],
  ['bytes=0-0,-1', 'whole'],
  ['bytes=', 'whole'],
  ['bytes=-', 'whole'],
  ['bytes=a-b', 'whole'],
  ['bytes=0-1;5-6', 'whole'],
  ['bytes:0-1', 'whole'],
  ['bytes 0-1', 'whole'],
  ['seconds=0-1', 'whole'],
]

for (const [range, expected] of ranges)
  test(`§14.2 Range: ${range}`, async () => {
    const answer = await send(server, 'GET', path, { headers: { range } })
    assert.equal(header(answer, 'accept-ranges') === 'bytes', expected !== 416)
    if (expected === 416) {
      assert.equal(answer.status, 416)
      assert.equal(header(answer, 'content-range'), 'bytes */1000')
      return
    }
    const [start, end] = expected === 'whole' ? [0, 999] : expected
    assert.equal(answer.status, expected === 'whole' ? 200 : 206)
    assert.equal(header(answer, 'content-range'), expected === 'whole' ? '' : `bytes ${start}-${end}/1000`)
    assert.equal(header(answer, 'content-length'), String(end - start + 1))
    assert.ok(answer.body.equals(bytes.subarray(start, end + 1)))
  })

test('§14.2 only GET has ranges', async () => {
  const answer = await send(server, 'HEAD', path, { headers: { range: 'bytes=0-1' } })
  assert.deepEqual([answer.status, header(answer, 'content-length'), answer.headers['content-range']], [200, '1000', undefined])
  assert.equal((await send(server, 'HEAD', path, { headers: { range: 'bytes=5000-' } })).status, 200)
})

for (const [condition, status] of [
  [{ 'if-range': `"${digest}"` }, 206],
  [{ 'if-range': `W/"${digest}"` }, 200],
  [{ 'if-range': `"${digestOf('other')}"` }, 200],
  [{ 'if-range': 'Tue, 01 Jan 2999 00:00:00 GMT' }, 200],
  [{ 'if-range': '' }, 200],
  [{ 'if-none-match': `"${digest}"` }, 304],
  [{ 'if-match': `"${digestOf('other')}"` }, 412],
  [{ 'if-match': `"${digest}"`, 'if-range': `"${digest}"` }, 206],
] as const)
  test(`§13.1.5, §13.2.2 a range beside ${JSON.stringify(condition).slice(0, 60)}: ${status}`, async () => {
    const answer = await send(server, 'GET', path, { headers: { range: 'bytes=0-1', ...condition } })
    assert.equal(answer.status, status)
    if (status === 200) assert.equal(answer.body.length, 1000)
    const beyond = await send(server, 'GET', path, { headers: { range: 'bytes=5000-', ...condition } })
    assert.equal(beyond.status, status === 206 ? 416 : status, 'a range that is not there counts only where ranges do')
  })

test('§14.1.2 of nothing, no range can be given', async () => {
  const empty = `/v2/r/blobs/${digestOf('')}`
  for (const range of ['bytes=0-', 'bytes=-1', 'bytes=0-0']) {
    const answer = await send(server, 'GET', empty, { headers: { range } })
    assert.deepEqual([answer.status, header(answer, 'content-range')], [416, 'bytes */0'], range)
  }
  assert.equal((await send(server, 'GET', empty)).status, 200)
})
