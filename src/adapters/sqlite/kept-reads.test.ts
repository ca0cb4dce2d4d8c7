import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeptReads } from './kept-reads.ts'

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
  const kept = new KeptReads()
  const { asked, run } = source(async () => manifest())
  const read = () => kept.through('manifestByTag', [1, 'a', 'v1'], run)
  await read()
  await read()
  assert.equal(asked.times, 1)
  kept.ends('putManifest', { registryId: 1, name: 'b' })
  kept.ends('putManifest', { registryId: 2, name: 'a' })
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
    kept.ends(command, { registryId: 1, name: 'a' })
    await read()
    assert.equal(asked.times, before + 1, command)
  }
})

test('what is not there is asked again each time', async () => {
  const kept = new KeptReads()
  const { asked, run } = source(async () => undefined)
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  assert.equal(asked.times, 2)
})

test('a flood of names that nobody has pushes out nothing that is kept', async () => {
  const kept = new KeptReads()
  const { asked, run } = source(async () => manifest())
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  for (let each = 0; each < 40_000; each++) await kept.through('manifestByTag', [1, `none-${each}`, 'v1'], async () => undefined)
  await kept.through('manifestByTag', [1, 'a', 'v1'], run)
  assert.equal(asked.times, 1)
})

test('a read that failed is asked again, of whatever kind', async () => {
  for (const [name, input] of [
    ['manifestByTag', [1, 'a', 'v1']],
    ['registry', ['first']],
    ['credentials', [1]],
    ['signingKeys', [1]],
  ] as const) {
    const kept = new KeptReads()
    let fails = true
    const { run } = source(async () => {
      if (fails) throw new Error('the disk had a moment')
      return manifest()
    })
    await assert.rejects(kept.through(name, input, run), /a moment/)
    fails = false
    assert.ok(await kept.through(name, input, run), name)
  }
})

test('a registry that is not there is not remembered under every name that anybody asks for', async () => {
  const kept = new KeptReads()
  const { asked, run } = source(async () => undefined)
  await kept.through('registry', ['made-up.example.com'], run)
  await kept.through('registry', ['made-up.example.com'], run)
  assert.equal(asked.times, 2)
})

test('a read of two arguments is kept for both of them', async () => {
  const kept = new KeptReads()
  const read = (registryId: number, name: string) => kept.through('tokenOfRegistry', [registryId, name], async () => ({ registryId, name }))
  for (const [registryId, name] of [
    [1, 'ci'],
    [1, 'cd'],
    [2, 'ci'],
  ] as const) {
    assert.deepEqual(await read(registryId, name), { registryId, name })
    assert.deepEqual(await read(registryId, name), { registryId, name })
  }
})

test('settled facts are read once until one of their commands', async () => {
  const kept = new KeptReads()
  const { asked, run } = source(async () => [])
  const read = () => kept.through('credentials', [1], run)
  await read()
  await read()
  assert.equal(asked.times, 1)
  for (const command of ['putResource', 'putCredential', 'putSigningKey', 'deleteRepository'] as const) {
    const before: number = asked.times
    kept.ends(command, {})
    await read()
    assert.equal(asked.times, before + 1, command)
  }
})

test('reads of anything else are never kept', async () => {
  const kept = new KeptReads()
  const { asked, run } = source(async () => [])
  for (const name of ['blob', 'tags', 'usage', 'upload', 'referrers', 'repositories'] as const) {
    const before: number = asked.times
    await kept.through(name, [1, 'a', 'x'], run)
    await kept.through(name, [1, 'a', 'x'], run)
    assert.equal(asked.times, before + 2, name)
  }
})

test('what is kept has an end: large manifests are forgotten together', async () => {
  const kept = new KeptReads()
  const { asked, run } = source(async () => manifest(4 * 1024 * 1024))
  for (let each = 0; each < 5; each++) await kept.through('manifestByDigest', [1, 'a', `sha256:${each}`], run)
  await kept.through('manifestByDigest', [1, 'a', 'sha256:0'], run)
  assert.equal(asked.times, 6)
})
