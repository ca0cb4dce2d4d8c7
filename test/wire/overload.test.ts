import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ratesOf } from '#core/rate-limit.ts'
import { Gate } from '#http/gate.ts'
import { digestOf, pushBlob, pushImage, someBytes, tokenFor } from './content.ts'
import { type Door, openDoor } from './door.ts'
import { openRaw, type RawConnection } from './raw.ts'
import { type Answer, authorizationOf, errorCode, header, send } from './send.ts'

/** A request that keeps its place: its body never comes. */
async function occupy(door: Door): Promise<RawConnection> {
  const connection = await openRaw(door.address)
  const { authorization } = authorizationOf(door, 'admin')
  connection.socket.write(
    `POST /v2/o/blobs/uploads/?digest=${digestOf('x')} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Length: 1\r\n\r\n`,
  )
  for (let tries = 0; tries < 200 && door.gate.inside === 0; tries++) await new Promise((resolve) => setTimeout(resolve, 5))
  return connection
}

function assertOverloaded(answer: Answer): void {
  assert.deepEqual([answer.status, errorCode(answer)], [503, 'UNAVAILABLE'])
  assert.ok(Number(header(answer, 'retry-after')) >= 1)
  assert.equal(header(answer, 'docker-distribution-api-version'), 'registry/2.0')
}

test('too many at once: the next waits in line and is answered when there is room', async () => {
  const door = await openDoor({ gate: new Gate({ most: 1, longestLine: 10, longestWait: 5000 }) })
  try {
    const first = await occupy(door)
    const waiting = send(door, 'GET', '/v2/')
    const settled = await Promise.race([waiting.then(() => 'answered'), new Promise((resolve) => setTimeout(() => resolve('waits'), 200))])
    assert.equal(settled, 'waits')
    assert.equal(door.gate.waiting, 1)
    first.socket.write('x')
    assert.equal((await waiting).status, 200)
    first.socket.destroy()
  } finally {
    await door.stop()
  }
})

test('a wait too long, or a line that is full: 503 with Retry-After, and the place is free again afterwards', async () => {
  const door = await openDoor({ gate: new Gate({ most: 1, longestLine: 2, longestWait: 300 }) })
  try {
    const first = await occupy(door)
    const started = performance.now()
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(door, 'GET', '/v2/')))
    for (const answer of answers) assertOverloaded(answer)
    assert.ok(performance.now() - started < 3000)
    first.socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 100))
    for (let i = 0; i < 5; i++) assert.equal((await send(door, 'GET', '/v2/')).status, 200)
    assert.deepEqual([door.gate.inside, door.gate.waiting], [0, 0])
  } finally {
    await door.stop()
  }
})

test('a hundred at once through a gate of two: each is answered, and rightly', async () => {
  const door = await openDoor({ gate: new Gate({ most: 2, longestLine: 200, longestWait: 30_000 }) })
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
    await deps.store.updateRegistry({ registryId: registry.id, rateLimits: 'tier' })
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
    await deps.store.updateRegistry({ registryId: registry.id, rateLimits: 'off' })
    assert.equal((await referrers()).status, 200)
  } finally {
    await door.stop()
  }
})
