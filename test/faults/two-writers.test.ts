// Two requests on one upload session at the same moment: one of them is out of order, or they are one after the other.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { checkStored } from './check.ts'
import { type Answer, Client, digestOf, expectStatus, sizeOfRange } from './client.ts'
import { chosenSeed, seededRandom } from './random.ts'
import { type Server, startServer } from './server.ts'
import { makeWorld, removeWorld, type World } from './world.ts'

const rounds = 40
const repository = 'team/two'

describe('two writers on one session', () => {
  const random = seededRandom(chosenSeed())
  const outcomes = new Map<string, number>()
  let world: World
  let server: Server
  let client: Client

  before(async () => {
    console.log(`two writers: seed ${random.seed}`)
    world = await makeWorld()
    await start()
  })
  after(async () => {
    console.log(`two writers: ${[...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`)
    await server.stop()
    try {
      assert.deepEqual(client.serverErrors, [])
      await checkStored(world.dataDir)
    } finally {
      removeWorld(world)
    }
  })

  test('two PATCHes of the same range with other bytes', async () => {
    for (let round = 0; round < rounds; round++) {
      const [one, other] = twoBodies(round)
      const location = await open()
      const range = { 'content-range': `0-${one.length - 1}` }
      const answers = await Promise.all([one, other].map((body) => client.send('PATCH', location, { headers: range, body })))
      count('same range', answers)
      assert.ok(
        answers.some(({ status }) => status === 202),
        'one of them is taken',
      )
      for (const answer of answers) expectStatus(answer, 202, 416)
      assert.equal(sizeOfRange(await client.send('GET', location)), one.length)
      await finishAsEither(location, [one, other], round)
    }
  })

  test('two PATCHes without a range', async () => {
    for (let round = 0; round < rounds; round++) {
      const [one, other] = twoBodies(round)
      const location = await open()
      const answers = await Promise.all([one, other].map((body) => client.send('PATCH', location, { body })))
      count('no range', answers)
      for (const answer of answers) expectStatus(answer, 202, 416)
      await finishAsEither(location, [one, other, Buffer.concat([one, other]), Buffer.concat([other, one])], round)
    }
  })

  test('two PATCHes that go on with a session of an earlier process', async () => {
    const sessions = []
    for (let round = 0; round < rounds; round++) {
      const [one, other] = twoBodies(round)
      const location = await open()
      expectStatus(await client.send('PATCH', location, { body: one.subarray(0, 100_000) }), 202)
      sessions.push({ location, one, other: Buffer.concat([one.subarray(0, 100_000), other.subarray(100_000)]) })
    }
    await server.kill()
    await start()
    for (const [round, { location, one, other }] of sessions.entries()) {
      const headers = { 'content-range': `100000-${one.length - 1}` }
      const rest = [one, other].map((body) => client.send('PATCH', location, { headers, body: body.subarray(100_000) }))
      const answers = await Promise.all(rest)
      count('resumed', answers)
      for (const answer of answers) expectStatus(answer, 202, 416)
      assert.ok(
        answers.some(({ status }) => status === 202),
        'one of them is taken',
      )
      await finishAsEither(location, [one, other], round)
    }
  })

  test('two PUTs of the same digest, and a repeat', async () => {
    for (let round = 0; round < rounds; round++) {
      const [bytes] = twoBodies(round)
      const path = `${await open()}?digest=${digestOf(bytes)}`
      const answers = await Promise.all([bytes, bytes].map((body) => client.send('PUT', path, { body })))
      count('finish', answers)
      assert.ok(
        answers.some(({ status }) => status === 201),
        'one of them makes the blob',
      )
      for (const answer of answers) expectStatus(answer, 201, 416)
      expectStatus(await client.send('PUT', path, { body: bytes }), 201)
      await compare(bytes)
    }
  })

  test('a PATCH and a cancel', async () => {
    for (let round = 0; round < rounds; round++) {
      const [bytes] = twoBodies(round)
      const location = await open()
      const answers = await Promise.all([client.send('PATCH', location, { body: bytes }), client.send('DELETE', location)])
      count('cancel', answers)
      expectStatus(answers[0], 202, 404)
      expectStatus(answers[1], 204)
      expectStatus(await client.send('GET', location), 404)
    }
  })

  async function start(): Promise<void> {
    server = await startServer(world.dataDir, { GC_INTERVAL: '20ms' })
    client = new Client(server, world.password)
  }

  function twoBodies(round: number): [Buffer, Buffer] {
    const length = random.between(1, 4) * 300_000 + random.between(0, round)
    return [random.bytes(length), random.bytes(length)]
  }

  const open = async (): Promise<string> =>
    expectStatus(await client.send('POST', `/v2/${repository}/blobs/uploads/`), 202).headers.location ?? ''

  const count = (what: string, answers: readonly Answer[]) => {
    const outcome = `${what} ${answers.map(({ status }) => status).join('/')}`
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }

  /** The session has the bytes of one of them; a client that believes otherwise is refused and nothing wrong is stored. */
  async function finishAsEither(location: string, candidates: readonly Buffer[], round: number): Promise<void> {
    const there = sizeOfRange(expectStatus(await client.send('GET', location), 204))
    const fitting = candidates.filter((bytes) => bytes.length === there)
    const guess = fitting[round % fitting.length]
    assert.ok(guess, `the session has ${there} bytes, which is none of ${candidates.map((bytes) => bytes.length).join(', ')}`)
    const answer = expectStatus(await client.send('PUT', `${location}?digest=${digestOf(guess)}`), 201, 400)
    if (answer.status === 201) return compare(guess)
    assert.match(answer.body.toString(), /DIGEST_INVALID/)
    expectStatus(await client.send('GET', `/v2/${repository}/blobs/${digestOf(guess)}`), 404)
    expectStatus(await client.send('GET', location), 404)
  }

  async function compare(bytes: Buffer): Promise<void> {
    const answer = expectStatus(await client.send('GET', `/v2/${repository}/blobs/${digestOf(bytes)}`), 200)
    assert.ok(answer.body.equals(bytes))
  }
})
