import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { mock, test } from 'node:test'
import { checksumBlock } from '#ports/blob-store.ts'
import { checkedBlocks } from './checked-bytes.ts'
import type { AskedRange, ObjectClient } from './object-client.ts'

test('whoever takes long holds no answer of the store open, and is given the rest all the same', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const bytes = randomBytes(3 * checksumBlock + 7)
    const answers: Readable[] = []
    const asked: number[] = []
    const get = async (_: string, { from, to }: AskedRange) => {
      asked.push(from)
      const body = Readable.from([bytes.subarray(from, to)])
      answers.push(body)
      return { body, etag: '"1"', total: bytes.length }
    }
    const blocks = checkedBlocks({ idle: 60_000, get } as unknown as ObjectClient, { key: 'a', from: 0, to: bytes.length }, () => undefined)
    const given: Buffer[] = []
    const take = async () => {
      const { value, done } = await blocks.next()
      if (value) given.push(Buffer.from(value))
      return done
    }
    await take()
    mock.timers.tick(1000)
    await take()
    assert.deepEqual(asked, [0], 'a moment is no reason')
    const [first] = answers as [Readable]
    mock.timers.tick(60_000)
    assert.ok(first.destroyed)
    while (!(await take()));
    assert.deepEqual(asked, [0, 2 * checksumBlock])
    assert.ok(Buffer.concat(given).equals(bytes))
  } finally {
    mock.timers.reset()
  }
})
