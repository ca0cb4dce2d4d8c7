import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { BrokenBody } from './upload-body.ts'
import { UploadChunks } from './upload-chunks.ts'

const bytes = Buffer.from('the last chunk')
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** A session that has this chunk behind ten other bytes, and how often its file was read again. */
function scene() {
  let read = 0
  const store = { digestOfMarked: async () => (read++, digest) }
  const chunks = new UploadChunks({ blobs: { at: () => store } } as never)
  const session = { acknowledged: { size: 10 + bytes.length }, lastStart: 10 } as never
  const isLast = (offset: number, pieces: Iterable<Buffer>, length?: number) =>
    chunks.isLastChunk({ storageKey: 'k', backend: 'files' } as never, session, offset, { length, bytes: from(pieces) })
  return { isLast, read: () => read }
}

async function* from(pieces: Iterable<Buffer>): AsyncIterable<Buffer> {
  yield* pieces
}

function* cut(): Iterable<Buffer> {
  yield bytes.subarray(0, 5)
  throw new Error('the connection is gone')
}

test('the last chunk again is known by its bytes, whether its length is said or not', async () => {
  const { isLast, read } = scene()
  assert.equal(await isLast(10, [bytes.subarray(0, 3), bytes.subarray(3)]), true)
  assert.equal(await isLast(10, [bytes], bytes.length), true)
  assert.equal(await isLast(10, [Buffer.from('The last chunk')], bytes.length), false)
  assert.equal(read(), 3)
})

test('nobody has the file read again who did not send as many bytes', async () => {
  const { isLast, read } = scene()
  assert.equal(await isLast(10, [bytes.subarray(1)]), false)
  assert.equal(await isLast(10, [bytes, bytes]), false)
  assert.equal(await isLast(10, [bytes], bytes.length + 1), false)
  assert.equal(await isLast(9, [bytes]), false)
  await assert.rejects(isLast(10, cut()), BrokenBody)
  assert.equal(read(), 0)
})
