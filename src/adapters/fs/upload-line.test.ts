import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { FsBlobWriter } from './blob-writer.ts'
import { newArena, slotSize } from './slots.ts'
import { UploadLine } from './upload-line.ts'
import type { Order } from './upload-worker.ts'

test('a small file costs its worker one message and its thread one answer: all orders come together, and the last ends the writer', async (t) => {
  const { port1, port2 } = new MessageChannel()
  const line = new UploadLine({ ports: [port1], arena: newArena() })
  t.after(() => line.close())
  const received = () => receiveMessageOnPort(port2)?.message as Order[] | undefined
  const writer = FsBlobWriter.create(line, { path: 'a/file', at: 7, algorithm: 'sha256' })
  await writer.append(new Uint8Array(slotSize - 1))
  assert.equal(received(), undefined)
  const sealing = writer.seal('sha256')
  const orders = received()
  assert.deepEqual(
    orders?.map(({ kind }) => kind),
    ['create', 'seal'],
  )
  const [, seal] = orders as [Order, Extract<Order, { kind: 'seal' }>]
  assert.deepEqual([seal.last?.from, seal.last?.to], [0, slotSize - 1])
  await assert.rejects(writer.append(new Uint8Array(1)), /closed/)
  port2.postMessage({ kind: 'done', call: seal.call, value: { hex: '00'.repeat(32), size: slotSize - 1, checksums: new Uint8Array(4) } })
  assert.equal((await sealing).size, slotSize - 1)
  await writer.abandon()
  assert.equal(received(), undefined, 'the worker has closed the file already')
})

test('a full slot is on its way at once, and takes along what was held for that worker', async (t) => {
  const { port1, port2 } = new MessageChannel()
  const line = new UploadLine({ ports: [port1], arena: newArena() })
  t.after(() => line.close())
  const writer = FsBlobWriter.create(line, { path: 'a/file', at: 0, algorithm: 'sha256' })
  await writer.append(new Uint8Array(slotSize))
  const orders = receiveMessageOnPort(port2)?.message as Order[]
  assert.deepEqual(
    orders.map(({ kind }) => kind),
    ['create', 'write'],
  )
})
