import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketFaultTests } from './bucket-faults.ts'
import { examined } from './bucket-objects.ts'
import { startRadosgw } from './radosgw.ts'

const starting = bucketFaultTests(startRadosgw(), { multipart: true })

test('what signs a request guards its body where the store compares them; where it takes any object, or any part, an MD5 does', async () => {
  const { front, url } = await starting
  assert.equal((await examined(url)).abilities.checksum, 'signature')
  for (const asked of ['put', 'part'] as const) {
    front.fail(asked, 'take any body')
    assert.equal((await examined(url)).abilities.checksum, 'md5', asked)
    front.heal()
  }
})
