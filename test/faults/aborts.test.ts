// Clients that go away in the middle, at every kind of byte: the session stands, and what is resumed has the right digest.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { checkStored } from './check.ts'
import { type Answer, Client, digestOf, expectStatus, sizeOfRange } from './client.ts'
import { imageOf, manifestType } from './image.ts'
import { chosenSeed, type Random, seededRandom } from './random.ts'
import { breakOff } from './raw-request.ts'
import { type Server, startServer } from './server.ts'
import { makeWorld, removeWorld, type World } from './world.ts'

const KiB = 1024
const MiB = 1024 * KiB
const size = 1.5 * MiB + 7
const each = Number(process.env.FAULT_ABORTS ?? 200)
const atOnce = 4

/** Around the ends of the head, of socket buffers, of the writer's slots and of checksum blocks; the rest by chance. */
function offsets(random: Random, length: number): number[] {
  const borders = [0, 64 * KiB, 512 * KiB, MiB, length].flatMap((border) => [border - 1, border, border + 1])
  const fixed = [...borders, -2, -40].filter((offset) => offset <= length)
  return [...fixed, ...Array.from({ length: each - fixed.length }, () => random.between(0, length))]
}

describe('requests that break off', () => {
  const random = seededRandom(chosenSeed())
  const body = random.bytes(size)
  const sum = { aborts: 0, resumed: 0, restarted: 0, whole: 0, bystander: 0 }
  let world: World
  let server: Server
  let client: Client
  let watching: Promise<void>
  const over = new AbortController()

  before(async () => {
    console.log(`aborts: seed ${random.seed}`)
    world = await makeWorld()
    server = await startServer(world.dataDir)
    client = new Client(server, world.password)
    watching = stand()
  })
  after(async () => {
    over.abort()
    try {
      await watching
      assert.deepEqual(client.serverErrors, [], 'no request of anybody met a 5xx')
    } finally {
      await server.stop()
    }
    try {
      await checkStored(world.dataDir)
    } finally {
      removeWorld(world)
    }
    console.log(
      `aborts: ${sum.aborts}, resumed ${sum.resumed}, begun again ${sum.restarted}, were whole ${sum.whole}, requests of a bystander ${sum.bystander}`,
    )
  })

  test(`PATCH, ${each} times`, () => atOffsets(size, (offset, turn) => breakUpload('PATCH', offset, turn)))
  test(`PUT of an upload, ${each} times`, () => atOffsets(size, (offset, turn) => breakUpload('PUT', offset, turn)))
  test(`PUT of a manifest, ${each} times`, () => {
    const { manifest } = manifestOf(0)
    return atOffsets(manifest.length, breakManifest)
  })

  async function atOffsets(length: number, abort: (offset: number, turn: number) => Promise<void>): Promise<void> {
    const waiting = [...offsets(random, length).entries()]
    const work = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const [turn, offset] = next
        await abort(offset, turn)
        sum.aborts++
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }

  async function breakUpload(method: 'PATCH' | 'PUT', sent: number, turn: number): Promise<void> {
    // A blob of its own each time: what is there already would hide what this upload does.
    const bytes = Buffer.from(body)
    bytes.writeUInt32LE(turn, 0)
    bytes.write(method, 4)
    const digest = digestOf(bytes)
    const repository = `aborts/${turn % 7}`
    const started = expectStatus(await client.send('POST', `/v2/${repository}/blobs/uploads/`), 202)
    const location = started.headers.location ?? ''
    const finish = `${location}?digest=${digest}`
    const headers: Record<string, string> = turn % 2 === 0 ? { 'Content-Range': `0-${bytes.length - 1}` } : {}
    const chunked = turn % 5 === 0 ? 10_000 : undefined
    await breakOff(client, {
      method,
      path: method === 'PUT' ? finish : location,
      headers,
      body: bytes,
      chunked,
      sent,
      end: turn % 3 === 0 ? 'reset' : 'close',
    })
    const from = turn % 4 === 0 ? 0 : undefined
    const whole = await resume(location, finish, bytes, from)
    if (whole) sum.whole++
    else if (from === 0) sum.restarted++
    else sum.resumed++
    const blob = expectStatus(await client.send('GET', `/v2/${repository}/blobs/${digest}`), 200)
    assert.ok(blob.body.equals(bytes), `the blob of ${method} broken off at ${sent} differs`)
  }

  /** As a client does: asks what is there, sends the rest. True when nothing was missing any more. */
  async function resume(location: string, finish: string, bytes: Buffer, from: number | undefined): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      const status = expectStatus(await client.send('GET', location), 204)
      const there = sizeOfRange(status)
      assert.ok(there <= bytes.length, `the session has ${there} bytes`)
      const answer = await sendRest(location, finish, bytes, there === bytes.length ? there : (from ?? there))
      if (answer.status === 201) return there === bytes.length
      // The broken request may still be at the writer; nobody waits long for that.
      expectStatus(answer, 416)
      assert.ok(tries < 100, 'the session stays busy')
      await pause(20)
    }
  }

  async function sendRest(location: string, finish: string, bytes: Buffer, start: number): Promise<Answer> {
    if (start < bytes.length) {
      const headers = { 'content-range': `${start}-${bytes.length - 1}` }
      const patched = await client.send('PATCH', location, { headers, body: bytes.subarray(start) })
      // A PUT that was sent whole may have made the blob in this moment; asking for its end again tells.
      if (patched.status !== 202 && patched.status !== 404) return patched
    }
    return client.send('PUT', finish)
  }

  const manifestOf = (turn: number) =>
    imageOf([Buffer.from('shared')], { turn: String(turn).padStart(5, '0'), filler: 'x'.repeat(1.1 * MiB) })

  async function breakManifest(sent: number, turn: number): Promise<void> {
    const repository = `aborts/manifests-${turn % 7}`
    const image = manifestOf(turn)
    for (const blob of [...image.layers, image.config])
      expectStatus(await client.send('POST', `/v2/${repository}/blobs/uploads/?digest=${digestOf(blob)}`, { body: blob }), 201)
    const path = `/v2/${repository}/manifests/v${turn}`
    const headers = { 'Content-Type': manifestType }
    const chunked = turn % 5 === 0 ? 10_000 : undefined
    await breakOff(client, { method: 'PUT', path, headers, body: image.manifest, chunked, sent, end: turn % 3 === 0 ? 'reset' : 'close' })
    const found = expectStatus(await client.send('GET', path, { headers: { accept: manifestType } }), 200, 404)
    // In chunks the end has a mark of its own, so that a request is never whole here.
    if (sent < image.manifest.length || chunked) assert.equal(found.status, 404, `a manifest broken off at ${sent} is there`)
    expectStatus(await client.send('PUT', path, { headers, body: image.manifest }), 201)
    const put = expectStatus(await client.send('GET', path, { headers: { accept: manifestType } }), 200)
    assert.equal(digestOf(put.body), image.digest)
    sum.restarted++
  }

  /** Somebody who does nothing wrong, and must not notice anything. */
  async function stand(): Promise<void> {
    for (let turn = 0; !over.signal.aborted; turn++) {
      const bytes = Buffer.from(`bystander ${turn}`)
      const path = `/v2/team/bystander/blobs/uploads/?digest=${digestOf(bytes)}`
      expectStatus(await client.send('POST', path, { body: bytes }), 201)
      expectStatus(await client.send('GET', `/v2/team/bystander/blobs/${digestOf(bytes)}`), 200)
      expectStatus(await client.send('GET', '/v2/library/base/manifests/v1', { headers: { accept: manifestType } }), 200)
      sum.bystander += 3
      await pause(5)
    }
  }
})
