import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { readState, type UploadState, writeState } from './state.ts'

const part = () => ({ etag: `"${randomBytes(16).toString('hex')}"`, crc: undefined })
const summed = () => ({ etag: part().etag, crc: randomBytes(4).toString('base64') })
const state: UploadState = {
  uploadId: '2~jP5AMxb7bMmOrGusPqDX0vxX7tBvtZY',
  partSize: 8 * 1024 * 1024,
  parts: [part(), part(), part()],
  tail: '7a3c1f5e',
  base: '"a44a492452d13e0af661f529e11b4624-2"',
  blocks: Uint32Array.of(0, 1, 0xffffffff),
  open: 0x80000000,
}

for (const [what, each] of [
  ['with parts, a tail and what was there before', state],
  ['with sums of its parts', { ...state, parts: [summed(), summed()] }],
  ['with tags that are no MD5', { ...state, parts: [{ etag: '"AKMs/x=="', crc: undefined }, part()] }],
  ['with a tail alone', { ...state, uploadId: undefined, parts: [], base: undefined, blocks: new Uint32Array(0) }],
  ['of parts of one size, without a tail', { ...state, partSize: -5 * 1024 * 1024, tail: undefined }],
] as const)
  test(`a state ${what} is read as it was written`, () => assert.deepEqual(readState(writeState(each)), each))

test('nothing marked is no state, and one of another version is refused', () => {
  assert.equal(readState(new Uint8Array()), undefined)
  const written = Buffer.from(writeState(state))
  written.write('{"v":2', 4)
  assert.throws(() => readState(written), /another form/)
})

test('a state of 10 GiB in parts of 8 MiB takes 4 bytes a block and 20 a part, and no more than half a kilobyte beside them', () => {
  const parts = Array.from({ length: 1280 }, summed)
  const blocks = new Uint32Array(40_960)
  assert.ok(writeState({ ...state, parts, blocks }).length <= 4 * blocks.length + 20 * parts.length + 512)
})
