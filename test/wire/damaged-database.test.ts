import assert from 'node:assert/strict'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { seededRandom } from '../faults/random.ts'
import { parseDigest } from '#core/digest.ts'
import { storedDigest } from '#store/stored-digest.ts'
import { knownFailure } from '#main/failures.ts'
import { runCli } from '../world/cli-run.ts'
import {
  describeBytes,
  digestOf,
  type Image,
  makeImage,
  mediaTypes,
  pushBlob,
  pushImage,
  putManifest,
  someBytes,
  startUpload,
} from '../world/content.ts'
import { type Answer, header, json, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

/** What was pushed: everything that a GET may ever give. */
interface Known {
  path: string
  bytes: Buffer
  type: string
}

let server: Server
let sound: Buffer
const known: Known[] = []
const lists: { path: string; key: string; values: string[] }[] = []
const [one, other] = [makeImage({}, [40, 20_000]), makeImage({}, [40, 20_000])]
const database = () => join(server.dataDir, 'longshore.db')

before(async () => {
  server = await Server.start({ sparse: 'index', admin: '127.0.0.1:0' })
  const note = (repository: string, image: Image, ...references: string[]) => {
    for (const reference of [image.digest, ...references])
      known.push({ path: `/v2/${repository}/manifests/${reference}`, bytes: image.manifest, type: mediaTypes.image })
    for (const blob of [image.config, ...image.layers])
      known.push({ path: `/v2/${repository}/blobs/${digestOf(blob)}`, bytes: blob, type: 'application/octet-stream' })
  }
  for (const [repository, image, tag] of [
    ['team/aaaa', one, 'tag-aaaa'],
    ['team/aaaa', other, 'tag-bbbb'],
    ['team/bbbb', other, 'tag-aaaa'],
  ] as const) {
    await pushImage(server, repository, tag, image)
    note(repository, image, tag)
  }
  for (let number = 0; number < 12; number++) {
    const image = await pushImage(server, 'many', `v${number}`, makeImage({}, [500]))
    note('many', image, `v${number}`)
  }
  const blob = someBytes(90)
  await pushBlob(server, 'many', blob)
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [describeBytes(mediaTypes.layer, blob)],
      annotations: { long: 'x'.repeat(9000) },
    }),
  )
  assert.equal((await putManifest(server, 'many', 'index', index, { mediaType: mediaTypes.index })).status, 201)
  known.push({ path: '/v2/many/manifests/index', bytes: index, type: mediaTypes.index })
  known.push({ path: `/v2/many/blobs/${digestOf(blob)}`, bytes: blob, type: 'application/octet-stream' })
  lists.push(
    { path: '/v2/_catalog', key: 'repositories', values: ['many', 'team/aaaa', 'team/bbbb'] },
    { path: '/v2/team/aaaa/tags/list', key: 'tags', values: ['tag-aaaa', 'tag-bbbb'] },
    { path: '/v2/team/bbbb/tags/list', key: 'tags', values: ['tag-aaaa'] },
  )
  await server.down()
  sound = readFileSync(database())
  assert.equal(existsSync(`${database()}-wal`), false)
})
after(() => server.stop())

/** Lays a database in place of the one that is there. */
function lay(bytes: Uint8Array): void {
  for (const more of ['-wal', '-shm']) rmSync(`${database()}${more}`, { force: true })
  writeFileSync(database(), bytes)
}

/** Into the file that the running server has open. */
function overwrite(bytes: Uint8Array): void {
  const file = openSync(database(), 'r+')
  writeSync(file, bytes, 0, bytes.length, 0)
  closeSync(file)
}

const ask = (path: string): Promise<Answer | undefined> => send(server, 'GET', path).catch(() => undefined)

/** Every answer is the right bytes or an error; returns how many were errors. */
async function checkAnswers(what: string, isAsked = (_path: string) => true): Promise<number> {
  let errors = 0
  for (const { path, bytes, type } of known.filter((each) => isAsked(each.path))) {
    const answer = await ask(path)
    if (answer?.status !== 200) errors++
    else {
      assert.ok(answer.body.equals(bytes), `${what}: ${path} gave other bytes`)
      assert.equal(header(answer, 'content-type'), type, `${what}: ${path}`)
      if (path.includes('/manifests/')) assert.equal(header(answer, 'docker-content-digest'), digestOf(bytes), `${what}: ${path}`)
    }
  }
  return errors
}

async function checkLists(what: string): Promise<void> {
  for (const { path, key, values } of lists) {
    const answer = await ask(path)
    if (answer?.status === 200) assert.deepEqual(json<Record<string, unknown>>(answer)[key], values, `${what}: ${path}`)
  }
}

/** Starts on a damaged database: it refuses with the sentence, or serves nothing wrong. Returns which. */
async function tryStart(bytes: Uint8Array, what: string): Promise<'refused' | 'served'> {
  lay(bytes)
  try {
    await server.up()
  } catch (error) {
    // As the command line says it.
    const known = knownFailure(error)
    assert.ok(known && 'refusal' in known && known.refusal.reason === 'database-damaged', `${what}: ${String(error)}`)
    return 'refused'
  }
  try {
    await checkAnswers(what)
    await checkLists(what)
  } finally {
    await server.down()
  }
  return 'served'
}

/** One occurrence of a text becomes another of its length. */
function change(bytes: Buffer, from: string, to: string, at = bytes.indexOf(from)): Buffer {
  return changeAt(bytes, Buffer.from(from), Buffer.from(to), at)
}

/** A page that was split keeps what it no longer means: which copy is the true one cannot be seen from outside. */
function changeEverywhere(bytes: Buffer, from: string, to: string): Buffer {
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from)) change(bytes, from, to, at)
  return bytes
}

function changeAt(bytes: Buffer, from: Uint8Array, to: Uint8Array, at: number): Buffer {
  assert.ok(at >= 0 && from.length === to.length)
  bytes.set(to, at)
  return bytes
}

const flipped = (seed: number, bits: number): Buffer => {
  const random = seededRandom(seed)
  const bytes = Buffer.from(sound)
  for (let each = 0; each < bits; each++) {
    const at = random.between(0, bytes.length - 1)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7))
  }
  return bytes
}

test('a sound database serves all of it', async () => {
  lay(sound)
  await server.up()
  assert.equal(await checkAnswers('sound'), 0)
  await checkLists('sound')
  await server.down()
})

test('a process that is started on a damaged database says so in one sentence that names backup and restore, and ends with 1', async () => {
  const damages: [string, (bytes: Buffer) => Buffer][] = [
    ['no header', (bytes) => bytes.fill(0, 0, 100)],
    ['no first page', (bytes) => bytes.fill(0, 0, 4096)],
    ['a byte of the schema', (bytes) => changeEverywhere(bytes, 'CREATE TABLE manifest_body', 'CREATE TABLE manifest_bodz')],
    ['half of it', (bytes) => bytes.subarray(0, Math.floor(bytes.length / 8192) * 4096)],
    [
      'a page of others',
      (bytes) => Buffer.concat([bytes.subarray(0, 40 * 4096), bytes.subarray(20 * 4096, 21 * 4096), bytes.subarray(41 * 4096)]),
    ],
  ]
  for (const [what, damage] of damages) {
    lay(damage(Buffer.from(sound)))
    const { code, problem, out } = await runCli(
      ['serve'],
      { LONGSHORE_DATA_DIR: server.dataDir, LONGSHORE_HTTP: '127.0.0.1:0', LONGSHORE_HTTPS: 'off', LONGSHORE_ADMIN: 'off' },
      AbortSignal.timeout(20_000),
    )
    assert.deepEqual([code, out], [1, ''], what)
    assert.match(
      problem,
      /^longshore: the database \S+longshore\.db is damaged \([^\n]+\): nothing is served [^\n]* backup with "longshore restore"\n$/,
      what,
    )
  }
})

test('random bits changed: the start refuses in one sentence, or nothing wrong is served', async () => {
  let refused = 0
  const rounds = 16
  for (let seed = 1; seed <= rounds; seed++) {
    const bits = [1, 4, 40][seed % 3] ?? 1
    if ((await tryStart(flipped(seed, bits), `${bits} bits of seed ${seed}`)) === 'refused') refused++
  }
  assert.ok(refused >= rounds / 3, `${refused} refused`)
})

/** What stands in the file of one thing, and what of another. */
interface Pair {
  what: string
  from: Uint8Array
  to: Uint8Array
}
const ofDigests = (from: string, to: string): Pair => ({
  what: `${from} is ${to}`,
  from: storedDigest(parseDigest(from)),
  to: storedDigest(parseDigest(to)),
})
const ofTexts = (from: string, to: string): Pair => ({ what: `${from} is ${to}`, from: Buffer.from(from), to: Buffer.from(to) })
const manifests = ofDigests(one.digest, other.digest)
const layers = [0, 1].map((layer) => ofDigests(digestOf(one.layers[layer] ?? ''), digestOf(other.layers[layer] ?? '')))
const names = [ofTexts('tag-aaaa', 'tag-bbbb'), ofTexts('team/aaaa', 'team/bbbb')]

/** The ids of what lies under one layer and under the other. */
function objects(): Pair {
  lay(sound)
  const facts = new DatabaseSync(database(), { readOnly: true })
  const idOf = (image: Image) =>
    String(
      facts.prepare('SELECT object_id FROM object WHERE digest = ?').get(storedDigest(parseDigest(digestOf(image.layers[1] ?? ''))))
        ?.object_id,
    )
  const pair = ofTexts(idOf(one), idOf(other))
  facts.close()
  return pair
}

/** Each place in the file where one thing's name stands becomes another's: in a table's row, or in an index that then leads there. */
function* misleading(pairs: readonly Pair[]): Generator<[what: string, bytes: Buffer]> {
  for (const { what, from, to } of pairs)
    for (let at = sound.indexOf(from); at >= 0; at = sound.indexOf(from, at + 1))
      yield [`${what} at ${at}`, changeAt(Buffer.from(sound), from, to, at)]
}

test('a name that became another’s, in a table or an index: the start refuses it', async () => {
  let refused = 0
  let tried = 0
  for (const [what, bytes] of misleading([manifests, ...layers, ...names])) {
    tried++
    if ((await tryStart(bytes, what)) === 'refused') refused++
  }
  assert.ok(tried > 30 && refused > tried / 2, `${refused} of ${tried}`)
})

/** Starts on the sound database, then damages the file below the server: what it has not in memory is damaged. */
async function underServer(bytes: Uint8Array, what: string, isAsked: (path: string) => boolean): Promise<number> {
  lay(sound)
  await server.up()
  try {
    // The writer has opened it then.
    await startUpload(server, 'team/aaaa')
    overwrite(bytes)
    return await checkAnswers(what, isAsked)
  } finally {
    await server.down()
  }
}

test('under a server that runs a digest is never answered with other bytes', async () => {
  let errors = 0
  // Which digest a tag has is said in one place only: that it is another's is seen by the start and by scrub.
  const byDigest = (path: string) => path.startsWith('/v2/team/') && path.includes('sha256:')
  for (const [what, bytes] of misleading([manifests, objects()])) errors += await underServer(bytes, what, byDigest)
  assert.ok(errors >= 4, `${errors} errors`)
})

test('bits that change under a server that runs are not served', async () => {
  for (let seed = 1; seed <= 4; seed++) await underServer(flipped(seed, 60), `60 bits of seed ${seed}`, () => true)
})
