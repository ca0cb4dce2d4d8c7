import { putRegistry } from '#ports/metadata-scene.contract.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ratesOf } from '#core/rate-limit.ts'
import { digestOf, pushBlob, pushImage, someBytes, tokenFor } from '../world/content.ts'
import { eventually } from '../conformance/client.ts'
import { openDoor } from '../world/door.ts'
import { openRaw } from '../world/raw.ts'
import { type Answer, errorCode, header, send } from '../world/send.ts'

function assertOverloaded(answer: Answer): void {
  assert.deepEqual([answer.status, errorCode(answer)], [503, 'UNAVAILABLE'])
  assert.ok(Number(header(answer, 'retry-after')) >= 1)
  assert.equal(header(answer, 'docker-distribution-api-version'), 'registry/2.0')
}

test('too many at once: the next waits in line and is answered when there is room', async () => {
  const door = await openDoor({ flags: { maxRequests: '1' } })
  try {
    assert.ok(door.gates.work.tryEnter(), 'somebody else is at work')
    const waiting = send(door, 'GET', '/v2/')
    const settled = await Promise.race([waiting.then(() => 'answered'), new Promise((resolve) => setTimeout(() => resolve('waits'), 200))])
    assert.equal(settled, 'waits')
    assert.equal(door.gates.work.waiting, 1)
    door.gates.work.leave()
    assert.equal((await waiting).status, 200)
  } finally {
    await door.stop()
  }
})

test('a wait too long: 503 with Retry-After, and the place is free again afterwards', async () => {
  const door = await openDoor({ flags: { maxRequests: '1', maxWait: '200ms' } })
  try {
    assert.ok(door.gates.work.tryEnter())
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(door, 'GET', '/v2/')))
    for (const answer of answers) assertOverloaded(answer)
    door.gates.work.leave()
    for (let i = 0; i < 5; i++) assert.equal((await send(door, 'GET', '/v2/')).status, 200)
    assert.deepEqual([door.gates.work.inside, door.gates.work.waiting], [0, 0])
  } finally {
    await door.stop()
  }
})

test('a client that goes away leaves the line', async () => {
  const door = await openDoor({ flags: { maxRequests: '1' } })
  try {
    assert.ok(door.gates.work.tryEnter())
    const connection = await openRaw(door.address)
    connection.socket.write('GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n')
    assert.ok(await eventually(async () => door.gates.work.waiting === 1))
    connection.socket.destroy()
    assert.ok(await eventually(async () => door.gates.work.waiting === 0))
    door.gates.work.leave()
  } finally {
    await door.stop()
  }
})

test('a hundred at once through a gate of two: each is answered, and rightly', async () => {
  const door = await openDoor({ flags: { maxRequests: '2', maxTransfers: '2', maxWait: '30s' } })
  try {
    const bytes = someBytes(100_000)
    const digest = await pushBlob(door, 'o', bytes)
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(door, 'GET', `/v2/o/blobs/${digest}`)))
    for (const answer of answers) assert.ok(answer.status === 200 && answer.body.equals(bytes))
  } finally {
    await door.stop()
  }
})

test('rate limits of the tier: 429 with Retry-After and TOOMANYREQUESTS, for the category that is used up only', async () => {
  const door = await openDoor()
  try {
    const { deps, registry } = door.open
    await pushImage(door, 'r', 'v1')
    const puller = await tokenFor(door, 'repository:r:pull')
    const referrers = () => send(door, 'GET', `/v2/r/referrers/${digestOf('x')}`, { as: puller })
    for (let i = 0; i < 5; i++) assert.equal((await referrers()).status, 200)
    await putRegistry(deps.store, 'local', { rateLimits: 'tier' })
    const allowed = ratesOf[registry.sku].referrers.identity ?? 0
    let refused: Answer | undefined
    let served = 0
    // The bucket fills while it is emptied.
    for (let i = 0; i < allowed * 2 && !refused; i++) {
      const answer = await referrers()
      if (answer.status === 200) served++
      else refused = answer
    }
    assert.ok(refused && served >= allowed, `${served} of ${allowed}`)
    assert.deepEqual([refused.status, errorCode(refused)], [429, 'TOOMANYREQUESTS'])
    assert.match(header(refused, 'retry-after'), /^[1-9]\d*$/)
    assert.match(refused.body.toString(), /"message":"too many requests"/)
    assert.equal((await send(door, 'GET', '/v2/r/manifests/v1', { as: puller })).status, 200, 'reads go on')
    await putRegistry(deps.store, 'local', { rateLimits: 'off' })
    assert.equal((await referrers()).status, 200)
  } finally {
    await door.stop()
  }
})
