import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { FsBlobWriter } from './blob-writer.ts'
import { newArena, slotSize } from './slots.ts'
import { UploadLine } from './upload-line.ts'
import type { Order } from './upload-worker.ts'

test('a small file costs its worker two messages and its thread one answer: the seal brings the bytes and ends the writer', async (t) => {
  const { port1, port2 } = new MessageChannel()
  const line = new UploadLine({ ports: [port1], arena: newArena() })
  t.after(() => line.close())
  const received = () => receiveMessageOnPort(port2)?.message as Order | undefined
  const writer = FsBlobWriter.create(line, { path: 'a/file', shard: 7, algorithm: 'sha256' })
  assert.equal(received()?.kind, 'create', 'the worker makes the file while its bytes come')
  await writer.append(new Uint8Array(slotSize - 1))
  assert.equal(received(), undefined)
  const sealing = writer.seal('sha256')
  const seal = received() as Extract<Order, { kind: 'seal' }>
  assert.deepEqual([seal.kind, seal.last?.from, seal.last?.to], ['seal', 0, slotSize - 1])
  await assert.rejects(writer.append(new Uint8Array(1)), /closed/)
  port2.postMessage({ kind: 'done', call: seal.call, value: { hex: '00'.repeat(32), size: slotSize - 1, checksums: new Uint8Array(4) } })
  assert.equal((await sealing).size, slotSize - 1)
  await writer.abandon()
  assert.equal(received(), undefined, 'the worker has closed the file already')
})
