import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Holder, OpenFiles } from './open-files.ts'

const overloaded = { name: 'RegistryError', failure: 'overloaded' }

function scene(most: number, longestWait = 50) {
  const files = new OpenFiles({ most, longestWait })
  const closed: string[] = []
  const holder = (name: string, principalId: string, registryId = 1): Holder => ({
    registryId,
    principalId,
    rest: async () => void closed.push(name),
  })
  return { files, closed, holder }
}

async function rested(files: OpenFiles, ...holders: Holder[]): Promise<void> {
  for (const each of holders) {
    await files.work(each)
    files.rest(each)
  }
}

test('the file that is closed is the own one that has rested longest, else one of whoever has most', async () => {
  const { files, closed, holder } = scene(4)
  const [a1, a2, b1, c1] = [holder('a1', 'a'), holder('a2', 'a'), holder('b1', 'b', 2), holder('c1', 'c', 2)]
  await rested(files, a1, a2, b1, c1)
  await files.work(a1)
  files.rest(a1)
  await rested(files, holder('a3', 'a'))
  assert.deepEqual(closed, ['a2'], 'a1 was touched since')
  await rested(files, holder('b2', 'b', 2))
  assert.deepEqual(closed, ['a2', 'b1'])
  await rested(files, holder('d1', 'd', 2))
  assert.deepEqual(closed, ['a2', 'b1', 'a1'])
  assert.equal(files.open, 4)
})

test('half of all for a principal, three quarters for a registry: the others find room while those wait', async () => {
  const { files, closed, holder } = scene(4)
  for (const name of ['a1', 'a2']) await files.work(holder(name, 'a'))
  await assert.rejects(files.work(holder('a3', 'a')), overloaded)
  await files.work(holder('b1', 'b'))
  await assert.rejects(files.work(holder('c1', 'c')), overloaded)
  await files.work(holder('d1', 'd', 2))
  await assert.rejects(files.work(holder('e1', 'e', 3)), overloaded)
  assert.deepEqual(closed, [])
})

test('who waits gets in when a file is given up, or when its holder rests', async () => {
  const { files, closed, holder } = scene(1, 5000)
  const first = holder('first', 'a')
  await files.work(first)
  const second = holder('second', 'b')
  const waiting = files.work(second)
  files.rest(first)
  await waiting
  assert.deepEqual(closed, ['first'])
  const third = holder('third', 'c')
  const next = files.work(third)
  files.release(second)
  await next
  assert.deepEqual([files.open, closed], [1, ['first']])
})
