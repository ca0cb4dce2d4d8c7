import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { FsBlobWriter } from './blob-writer.ts'
import { newArena, type Slot, slotSize } from './slots.ts'
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

test('the first bytes on their way are not answered: their slot comes back with the next answer, whatever it is to', async (t) => {
  const { port1, port2 } = new MessageChannel()
  const line = new UploadLine({ ports: [port1], arena: newArena() })
  t.after(() => line.close())
  const received = () => receiveMessageOnPort(port2)?.message as Order
  const writer = FsBlobWriter.create(line, { path: 'a/file', shard: 7, algorithm: 'sha256' })
  received()
  const write = async () => {
    await writer.append(new Uint8Array(slotSize))
    return received() as Extract<Order, { kind: 'write' }>
  }
  const answer = ({ writer: number, slot }: { writer: number; slot: Slot }) => port2.postMessage({ kind: 'written', writer: number, slot })
  const done = (value: unknown) => port2.postMessage({ kind: 'done', call: (received() as { call: number }).call, value })
  const [first, second, third] = [await write(), await write(), await write()]
  assert.deepEqual([first.answer, second.answer, third.answer], [false, true, true])
  assert.equal(new Set([first.slot, second.slot, third.slot]).size, 3, 'none is filled again before an answer')
  const waiting = write()
  answer(second)
  const fourth = await waiting
  assert.equal(fourth.slot, first.slot, 'it has come back, and what came back last is filled first')
  assert.equal(fourth.answer, true)
  const marking = writer.mark()
  for (const each of [third, fourth]) answer(each)
  done({ size: 4 * slotSize, hex: '00'.repeat(32) })
  await marking
  const fifth = await write()
  assert.equal(fifth.answer, false)
  const rolledBack = writer.rollback()
  done(4 * slotSize)
  await rolledBack
  assert.equal((await write()).slot, fifth.slot, 'what was answered came after it')
})
