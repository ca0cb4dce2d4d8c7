import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '#core/refusal.ts'
import { newKey, patternOf, write } from '#ports/blob-scene.contract.ts'
import { bucketFaultTests } from './bucket-faults.ts'
import { examined } from './bucket-objects.ts'
import { bytes, holds } from './faulty-store.ts'
import { behind, bytesOf } from './object-store.ts'
import { startRadosgw } from './radosgw.ts'

const starting = bucketFaultTests(startRadosgw(), { multipart: true })
const small = patternOf(1000)

test('what signs a request guards its body where the store compares them; where it takes any object, or any part, an MD5 does', async () => {
  const { front, url } = await starting
  assert.equal((await examined(url)).abilities.checksum, 'signature')
  for (const asked of ['put', 'part'] as const) {
    front.fail(asked, 'take any body')
    assert.equal((await examined(url)).abilities.checksum, 'md5', asked)
    front.heal()
  }
})

test('a store that refuses the conditions that it does not know is used without them, and nothing is overwritten', async () => {
  const { front, url, open } = await starting
  for (const asked of ['put', 'complete'] as const) front.fail(asked, 'refuse conditions')
  const { abilities, lacks } = await examined(url)
  assert.deepEqual(lacks.sort(), ['conditional-complete', 'conditional-put', 'crc32'])
  const store = await open(abilities)
  try {
    for (const content of [small, bytes]) {
      const key = newKey()
      await holds(store, key, await write(store.create(key, 'sha256'), content, 100_000), content)
      const other = Buffer.from(content).fill(1)
      await assert.rejects(write(store.create(key, 'sha256'), other, 100_000))
      assert.ok((await behind(url, (client) => bytesOf(client, `objects/${key}`)))?.equals(content))
    }
  } finally {
    await store.close()
  }
})

for (const [status, says, told] of [
  [400, 'AuthorizationHeaderMalformed', /wants the region of the bucket named/],
  [301, 'PermanentRedirect', /wants the region of the bucket named/],
  [403, 'AccessDenied', /lacks a permission/],
  [403, 'SignatureDoesNotMatch', /refuses the credentials/],
  [400, 'InvalidArgument', /failed \(InvalidArgument\)/],
] as const)
  test(`what a store means by ${says} is told`, async () => {
    const { front, url } = await starting
    front.fail('put', { says, status })
    await assert.rejects(examined(url), (error) => error instanceof Refusal && told.test(String(error.detail.message)))
  })
