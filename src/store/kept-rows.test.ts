import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeptRows } from './kept-rows.ts'
import { changedBy, Epochs } from './epochs.ts'

const manifest = (size = 10) => ({ bytes: new Uint8Array(size) })
/** Counts how often the database was asked. */
function source<Result>(answer: () => Promise<Result>) {
  const asked = { times: 0 }
  const run = (): Promise<Result> => {
    asked.times++
    return answer()
  }
  return { asked, run }
}

test('a manifest is read once, until a command changes its repository', async () => {
  const epochs = new Epochs()
  const kept = new KeptRows(epochs)
  const { asked, run } = source(async () => manifest())
  const read = () => kept.through('manifestByTag', [1, 'a', 'v1'], run)
  await read()
  await read()
  assert.equal(asked.times, 1)
  epochs.raise(changedBy('putManifest', { registryId: 1, name: 'b' }))
  epochs.raise(changedBy('putManifest', { registryId: 2, name: 'a' }))
  await read()
  assert.equal(asked.times, 1)
  for (const command of [
    'putManifest',
    'deleteManifest',
    'deleteTag',
    'deleteRepository',
    'changeAttributes',
    'renewManifestLease',
  ] as const) {
    const before: number = asked.times
    epochs.raise(changedBy(command, { registryId: 1, name: 'a' }))
    await read()
    assert.equal(asked.times, before + 1, command)
  }
})

test('a link is read once, until a command changes its repository, its digest or every link', async () => {
  const epochs = new Epochs()
  const kept = new KeptRows(epochs)
  const { asked, run } = source(async () => ({ bytes: null, checksums: new Uint8Array(4) }))
  const read = () => kept.through('blob', [1, 'a', 'sha256:1'], run)
  await read()
  epochs.raise(changedBy('putManifest', { registryId: 1, name: 'b' }))
  epochs.raise(changedBy('finishUpload', { digest: 'sha256:2' }))
  epochs.raise(changedBy('renewManifestLease', { registryId: 1, name: 'b', digest: 'sha256:1' }))
  await read()
  assert.equal(asked.times, 1)
  for (const command of [
    'deleteManifest',
    'finishUpload',
    'mountBlob',
    'renewBlobLease',
    'deleteBlob',
    'condemn',
    'quarantineObject',
  ] as const) {
    const before: number = asked.times
    epochs.raise(changedBy(command, { registryId: 1, name: 'a', digest: 'sha256:1' }))
    await read()
    await read()
    assert.equal(asked.times, before + 1, command)
  }
})

test('what is not there is asked again each time', async () => {
  const kept = new KeptRows(new Epochs())
  const { asked, run } = source(async () => undefined)
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  assert.equal(asked.times, 2)
})

test('a flood of names that nobody has pushes out nothing that is kept', async () => {
  const kept = new KeptRows(new Epochs())
  const { asked, run } = source(async () => manifest())
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  for (let each = 0; each < 40_000; each++) await kept.through('manifestByTag', [1, `none-${each}`, 'v1'], async () => undefined)
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  assert.equal(asked.times, 1)
})

test('a read that failed is asked again', async () => {
  const kept = new KeptRows(new Epochs())
  let fails = true
  const { run } = source(async () => {
    if (fails) throw new Error('the disk had a moment')
    return manifest()
  })
  await assert.rejects(kept.through('manifestByTag', [1, 'a', 'v1'], run), /a moment/)
  fails = false
  assert.ok(await kept.through('manifestByTag', [1, 'a', 'v1'], run))
})

test('what is kept has an end: large manifests are forgotten together', async () => {
  const kept = new KeptRows(new Epochs())
  const { asked, run } = source(async () => manifest(4 * 1024 * 1024))
  for (let each = 0; each < 5; each++) await kept.through('manifestByTag', [1, 'a', `sha256:${each}`], run)
  await kept.through('manifestByTag', [1, 'a', 'sha256:0'], run)
  assert.equal(asked.times, 6)
})

test('a command of another thread ends what this one keeps', async () => {
  const epochs = new Epochs()
  const kept = new KeptRows(epochs)
  const { asked, run } = source(async () => manifest())
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  new Epochs(epochs.buffer).raise(changedBy('deleteTag', { registryId: 1, name: 'a' }))
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  assert.equal(asked.times, 2)
})

test('what was read while a command ended is not kept for who asks after it', async () => {
  const epochs = new Epochs()
  const kept = new KeptRows(epochs)
  const { asked, run } = source(async () => {
    epochs.raise(changedBy('putManifest', { registryId: 1, name: 'a' }))
    return manifest()
  })
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  assert.equal(asked.times, 2)
})
