import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeptFacts } from './kept-facts.ts'

/** Counts how often the database was asked. */
function source<Result>(answer: () => Promise<Result>) {
  const asked = { times: 0 }
  const run = (): Promise<Result> => {
    asked.times++
    return answer()
  }
  return { asked, run }
}

for (const [how, proving] of [
  ['at hand', (epoch: number) => epoch],
  ['asked for', async (epoch: number) => epoch],
] as const)
  test(`facts are read once while the epoch is the same, ${how}`, async () => {
    let epoch = 1
    const kept = new KeptFacts(() => proving(epoch))
    const { asked, run } = source(async () => [])
    const read = () => kept.through('credentials', [1], run)
    await read()
    await read()
    assert.equal(asked.times, 1)
    epoch = 2
    await read()
    await read()
    assert.equal(asked.times, 2)
    // An epoch has no order: a restored database may have had more of them.
    epoch = 1
    await read()
    assert.equal(asked.times, 3)
  })

test('what a read under way says is not kept past the epoch in which it began', async () => {
  let epoch = 1
  const kept = new KeptFacts(() => epoch)
  const before = Promise.withResolvers<string>()
  const first = kept.through('registry', ['first'], () => before.promise)
  epoch = 2
  assert.equal(await kept.through('registry', ['first'], async () => 'after'), 'after')
  before.resolve('before')
  assert.equal(await first, 'before')
  assert.equal(await kept.through('registry', ['first'], async () => 'never asked'), 'after')
})

test('an epoch that cannot be proven answers nothing', async () => {
  let fails = false
  const kept = new KeptFacts(async () => {
    if (fails) throw new Error('the database is away')
    return 1
  })
  await kept.through('registry', ['first'], async () => ({}))
  fails = true
  await assert.rejects(
    kept.through('registry', ['first'], async () => ({})),
    /is away/,
  )
})

test('a read that failed is asked again', async () => {
  for (const [name, input] of [
    ['registry', ['first']],
    ['credentials', [1]],
    ['signingKeys', [1]],
  ] as const) {
    const kept = new KeptFacts(() => 1)
    let fails = true
    const { run } = source(async () => {
      if (fails) throw new Error('the disk had a moment')
      return []
    })
    await assert.rejects(kept.through(name, input, run), /a moment/)
    fails = false
    assert.ok(await kept.through(name, input, run), name)
  }
})

test('a registry that is not there is not remembered under every name that anybody asks for', async () => {
  const kept = new KeptFacts(() => 1)
  const { asked, run } = source(async () => undefined)
  await kept.through('registry', ['made-up.example.com'], run)
  await kept.through('registry', ['made-up.example.com'], run)
  assert.equal(asked.times, 2)
})

test('what is kept is nobody’s to change', async () => {
  const kept = new KeptFacts(() => 1)
  const { run } = source(async () => ({ body: { tags: ['a'] } }))
  const read = async () => (await kept.through('resource', ['key'], run)) as { body: { tags: string[] } }
  const { body } = await read()
  assert.throws(() => body.tags.push('b'), TypeError)
  assert.deepEqual(await read(), { body: { tags: ['a'] } })
})
