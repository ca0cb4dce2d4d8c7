import assert from 'node:assert/strict'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, test } from 'node:test'

// What the disk is asked for is watched where Node asks it, so this comes before anything binds those names.
const folder = fs.mkdtempSync(join(tmpdir(), 'longshore-syncs-'))
const seen: string[] = []
/** While it waits, a sync does not end. */
let gate: Promise<void> = Promise.resolve()
const nameOf = (descriptor: number) => basename(fs.readlinkSync(`/proc/self/fd/${descriptor}`))

type Sync = typeof fs.fsync
const watched = (what: string, sync: Sync) =>
  ((descriptor: number, done: (error: NodeJS.ErrnoException | null) => void) => {
    const name = nameOf(descriptor)
    sync(descriptor, (error) => {
      gate.then(
        () => {
          seen.push(`${what} ${name}`)
          done(error)
        },
        (lost: NodeJS.ErrnoException) => done(lost),
      )
    })
  }) as Sync
const { fsyncSync } = fs
fs.fdatasync = watched('file', fs.fdatasync) as typeof fs.fdatasync
fs.fsync = watched('folder', fs.fsync)
fs.fsyncSync = (descriptor) => {
  seen.push(`folder ${nameOf(descriptor)}`)
  fsyncSync(descriptor)
}
syncBuiltinESMExports()
const { WriteFile } = await import('./write-file.ts')
const { removeFile } = await import('./remove-file.ts')
after(() => fs.rmSync(folder, { recursive: true }))

test('a file is sealed after its bytes and its name in the folder are on the disk, not before', async () => {
  const file = WriteFile.create(join(folder, 'sealed'), 'sha256', () => {})
  await file.write(Buffer.from('bytes'))
  file.mark()
  assert.deepEqual(seen, [], 'a chunk alone is not synced')
  let release: () => void = () => {}
  gate = new Promise((resolve) => {
    release = resolve
  })
  let sealed = false
  const sealing = file.seal('sha256').then(() => {
    sealed = true
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(sealed, false, 'it waits for the disk')
  release()
  await sealing
  assert.deepEqual(seen.splice(0).sort(), ['file sealed', `folder ${basename(folder)}`])
  await file.close()
})

test('a sync that failed is the end of the file: sealed again it fails again', async () => {
  const file = WriteFile.create(join(folder, 'lost'), 'sha256', () => {})
  await file.write(Buffer.from('bytes'))
  gate = Promise.reject(Object.assign(new Error('the disk lost it'), { code: 'EIO' }))
  gate.catch(() => {})
  await assert.rejects(file.seal('sha256'), /lost/)
  gate = Promise.resolve()
  await assert.rejects(file.seal('sha256'), /lost/, 'a second fsync says yes to bytes that are gone')
  assert.throws(() => file.rollback(), /lost/)
  await file.close()
})

test('where one of the two syncs fails, nobody is told before the other has ended: the file is closed then', async () => {
  const file = WriteFile.create(join(folder, 'half'), 'sha256', (name) => {
    if (name === 'upload.seal.before-folder-sync') throw new Error('the name was not synced')
  })
  await file.write(Buffer.from('bytes'))
  seen.length = 0
  await assert.rejects(
    file.seal('sha256').finally(() => seen.push('told')),
    /the name was not synced/,
  )
  assert.deepEqual(seen, ['file half', 'told'])
  await file.close()
})

test('a file is removed before its folder is synced, and the folder before anybody is told', () => {
  seen.length = 0
  const path = join(folder, 'gone')
  fs.writeFileSync(path, 'bytes')
  const { fsyncSync } = fs
  let there: boolean | undefined
  fs.fsyncSync = (descriptor) => {
    there = fs.existsSync(path)
    fsyncSync(descriptor)
  }
  syncBuiltinESMExports()
  removeFile(path)
  assert.deepEqual([there, seen], [false, [`folder ${basename(folder)}`]])
  removeFile(path)
  assert.equal(seen.length, 1, 'what was not there needs no sync')
})
