import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { FailpointName } from '#ports/failpoint.ts'
import { WriteFile } from './write-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-write-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
const newPath = () => join(folder, String(++files))
const full = () => Object.assign(new Error('no space'), { code: 'ENOSPC' })

/** Fails at these hits, and goes on after them. */
const failing = (name: FailpointName, ...hits: number[]) => {
  let hit = 0
  return (at: FailpointName) => {
    if (at === name && hits.includes(++hit)) throw full()
  }
}

test('after a full disk and a rollback the file goes on as if nothing had been', async () => {
  const path = newPath()
  const file = WriteFile.create(path, 'sha256', failing('upload.write.block', 2))
  await file.write(Buffer.from('one'))
  file.mark()
  await file.write(Buffer.from('lost'))
  await file.write(Buffer.from('ignored, for a piece before it is missing'))
  assert.throws(() => file.mark().size, /no space/)
  file.rollback()
  await file.write(Buffer.from('two'))
  assert.equal(file.mark().size, 6)
  const sealed = await file.seal('sha256')
  await file.close()
  assert.equal(readFileSync(path, 'utf8'), 'onetwo')
  assert.equal(sealed.hex, createHash('sha256').update('onetwo').digest('hex'))
})

test('a sync that failed is never tried again on the same file', async () => {
  const file = WriteFile.create(newPath(), 'sha256', failing('upload.seal.before-sync', 1))
  await file.write(Buffer.from('x'))
  await assert.rejects(file.seal('sha256'), /no space/)
  await assert.rejects(file.seal('sha256'), /no space/)
  assert.throws(() => file.mark().size, /no space/)
  assert.throws(() => file.rollback(), /no space/)
  await file.close()
})

test('any order of writes, marks, rollbacks, full disks and restarts leaves exactly what was marked', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('write' as const), bytes: fc.uint8Array({ maxLength: 40 }), fails: fc.boolean() }),
    fc.record({ do: fc.constantFrom('mark' as const, 'rollback' as const, 'restart' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const path = newPath()
      let fail = false
      const failpoint = (name: FailpointName) => {
        if (name === 'upload.write.block' && fail) throw full()
      }
      let file = WriteFile.create(path, 'sha256', failpoint)
      let [marked, taken, broken] = [Buffer.alloc(0), Buffer.alloc(0), false]
      for (const each of steps) {
        if (each.do === 'write') {
          fail = each.fails
          await file.write(each.bytes)
          broken ||= each.fails
          if (!broken) taken = Buffer.concat([taken, each.bytes])
        } else if (each.do === 'mark') {
          if (broken) assert.throws(() => file.mark())
          else {
            assert.equal(file.mark().size, taken.length)
            marked = taken
          }
        } else {
          if (each.do === 'rollback') file.rollback()
          else {
            await file.close()
            file = WriteFile.resume(path, 'sha256', failpoint)
            await file.reread(marked.length)
          }
          ;[taken, broken] = [marked, false]
        }
      }
      if (broken) file.rollback()
      const expected = broken ? marked : taken
      const sealed = await file.seal('sha512')
      await file.close()
      assert.equal(sealed.size, expected.length)
      assert.equal(sealed.hex, createHash('sha512').update(expected).digest('hex'))
      assert.ok(readFileSync(path).subarray(0, sealed.size).equals(expected))
      assert.equal(readFileSync(path).length, sealed.size)
      rmSync(path)
    }),
    { numRuns: 150 },
  )
})
