// A disk that is really full: 96 MiB of it, with the data directory and a stranger's file on it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { checkServed, checkStored } from './check.ts'
import { type Answer, Client, digestOf, expectStatus, expectUnavailable, sizeOfRange } from './client.ts'
import { type Image, imageOf, manifestType } from './image.ts'
import { Ledger } from './ledger.ts'
import { seededRandom } from './random.ts'
import { Scribe } from './scribe.ts'
import { type Server, type Settings, showPassword, startServer } from './server.ts'

const MiB = 1024 * 1024
const diskSize = 96 * MiB
const repository = 'disk/image'
const lease = 3000
/** Filling the disk must fit into three quarters of it, on a loaded machine too. */
const longLease = 8000
/** The server looks at the free space once a second. */
const figureIsFresh = 1200
const random = seededRandom(7)

interface Disk {
  dataDir: string
  free(): number
  /** A stranger's file takes all space but `left`. */
  fill(left: number): void
  unfill(): void
}

async function onDisk(settings: Settings, use: (disk: Disk, scribe: Scribe, server: Server) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskSize}`, 'tmpfs', folder])
  try {
    const dataDir = join(folder, 'data')
    mkdirSync(dataDir)
    const disk = diskAt(folder, dataDir)
    const server = await startServer(dataDir, settings)
    const scribe = new Scribe(new Client(server, await showPassword(dataDir)), new Ledger())
    try {
      await use(disk, scribe, server)
      assert.equal(server.alive, true)
    } finally {
      await server.stop()
    }
    await checkStored(dataDir)
  } finally {
    execFileSync('umount', [folder])
    rmSync(folder, { recursive: true })
  }
}

function diskAt(folder: string, dataDir: string): Disk {
  const stranger = join(folder, 'stranger')
  const free = () => {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  }
  return {
    dataDir,
    free,
    fill: (left) => {
      const piece = Buffer.alloc(MiB)
      const descriptor = openSync(stranger, 'a')
      try {
        while (free() > left) writeSync(descriptor, piece, 0, Math.min(MiB, free() - left))
      } finally {
        closeSync(descriptor)
      }
    },
    unfill: () => rmSync(stranger),
  }
}

const short = { GC_INTERVAL: '200ms', GC_LEASE: `${lease}ms`, GC_DELAY: '0ms' }
const long = { ...short, GC_LEASE: `${longLease}ms` }

test('pushes until the disk is full, and on after a delete', () =>
  onDisk(short, async (disk, scribe) => {
    const { client, ledger } = scribe
    const images = []
    while (disk.free() > 20 * MiB) images.push(await scribe.pushImage(repository, `v${images.length}`, [random.bytes(4 * MiB)]))
    await aChunkThatDoesNotFit(scribe, disk)
    const large = random.bytes(30 * MiB)
    const path = `/v2/${repository}/blobs/uploads/?digest=${digestOf(large)}`
    expectUnavailable(await client.send('POST', path, { body: large }))
    await pause(figureIsFresh)
    await pushUntilRefused(scribe, disk, images)
    assert.ok(disk.free() < 6 * MiB, `${disk.free()} bytes are free`)
    await checkServed(client, ledger)

    const [first] = images
    assert.ok(first)
    const before = disk.free()
    await scribe.deleteManifest(repository, first.digest)
    for (const digest of first.blobs) scribe.mayGo(repository, digest)
    await waitFor(() => disk.free() > before + 3 * MiB, 'collection gives the space back')
    await pause(figureIsFresh)
    await scribe.pushImage(repository, 'again', [random.bytes(2 * MiB)])
    await checkServed(client, ledger)
    console.log(
      `full disk: images ${images.length}, refused with 503: ${client.serverErrors.length}, pushes again without a restart, lost: 0`,
    )
  }))

/** The session is as it was before the chunk, and takes another at once. */
async function aChunkThatDoesNotFit(scribe: Scribe, disk: Disk): Promise<void> {
  const { client } = scribe
  const location = expectStatus(await client.send('POST', '/v2/disk/chunk/blobs/uploads/'), 202).headers.location ?? ''
  const start = random.bytes(MiB)
  expectStatus(await client.send('PATCH', location, { body: start }), 202)
  const before = disk.free()
  const headers = { 'content-range': `${MiB}-${MiB + 30 * MiB - 1}` }
  expectUnavailable(await client.send('PATCH', location, { headers, body: random.bytes(30 * MiB) }))
  assert.equal(sizeOfRange(await client.send('GET', location)), MiB)
  assert.ok(disk.free() > before - MiB, 'what did not fit holds no space')
  const rest = random.bytes(2 * MiB)
  expectStatus(await client.send('PATCH', location, { headers: { 'content-range': `${MiB}-${3 * MiB - 1}` }, body: rest }), 202)
  const digest = digestOf(Buffer.concat([start, rest]))
  expectStatus(await client.send('PUT', `${location}?digest=${digest}`), 201)
  const blob = expectStatus(await client.send('GET', `/v2/disk/chunk/blobs/${digest}`), 200)
  assert.equal(digestOf(blob.body), digest)
}

/** The server looks at the disk once a second, so that any request of a push may be the first that it refuses. */
async function pushUntilRefused(scribe: Scribe, disk: Disk, images: Image[]): Promise<void> {
  const { serverErrors } = scribe.client
  for (let refusals = 0; refusals < 3; ) {
    const before = serverErrors.length
    try {
      images.push(await scribe.pushImage(repository, `v${images.length}`, [random.bytes(2 * MiB)]))
    } catch (error) {
      const refused = serverErrors[before]
      if (refused === undefined) throw error
      expectUnavailable(refused.answer)
      refusals++
    }
    if (disk.free() < 10 * MiB) await pause(figureIsFresh / 2)
  }
}

test('a stranger fills the disk to the last byte', () =>
  onDisk(short, async (disk, scribe) => {
    const { client, ledger } = scribe
    const images = []
    for (let turn = 0; turn < 5; turn++) images.push(await scribe.pushImage(repository, `v${turn}`, [random.bytes(MiB)]))
    const refused = await fillDatabase(disk, scribe)
    expectUnavailable(refused)
    expectUnavailable(await client.send('POST', `/v2/${repository}/blobs/uploads/`))
    await checkServed(client, ledger)
    // Their leases are over and cannot be written anew.
    await pause(lease)
    for (const { blobs } of images)
      for (const digest of blobs) expectStatus(await client.send('HEAD', `/v2/${repository}/blobs/${digest}`), 200)

    const [deleted, untagged] = images
    assert.ok(deleted && untagged)
    await scribe.deleteManifest(repository, deleted.digest)
    for (const digest of deleted.blobs) scribe.mayGo(repository, digest)
    await scribe.deleteTag(repository, 'v1')
    await checkServed(client, ledger)
    disk.unfill()
    await pause(figureIsFresh)
    const errors = client.serverErrors.length
    await scribe.pushImage(repository, 'again', [random.bytes(2 * MiB)])
    await checkServed(client, ledger)
    assert.equal(client.serverErrors.length, errors)
    console.log(`stranger: refused with 503: ${errors}, deletes on the full disk: 2, pushes again without a restart, lost: 0`)
  }))

/** Leaves no byte free, and writes to the database until its own files have no room left either. Returns the refusal. */
async function fillDatabase(disk: Disk, scribe: Scribe): Promise<Answer> {
  disk.fill(0)
  const image = imageOf([Buffer.from('small')])
  for (let turn = 0; ; turn++) {
    // No blob is needed: an index may name what is not there.
    const index = indexOf(image.digest, turn)
    const tag = `full-${turn}`
    const fact = scribe.ledger.fact('manifest', 'disk/index', digestOf(index))
    const writes = [fact.register.begin(digestOf(index)), scribe.ledger.fact('tag', 'disk/index', tag).register.begin(digestOf(index))]
    scribe.ledger.bytes.set(digestOf(index), index)
    const headers = { 'content-type': indexType }
    const answer = expectStatus(await scribe.client.send('PUT', `/v2/disk/index/manifests/${tag}`, { headers, body: index }), 201, 503)
    if (answer.status === 503) return answer
    for (const write of writes) write.acknowledge()
    disk.fill(0)
  }
}

const indexType = 'application/vnd.oci.image.index.v1+json'

const indexOf = (child: string, turn: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: indexType,
      manifests: [{ mediaType: manifestType, digest: child, size: 500 }],
      annotations: { turn: String(turn), filler: random.bytes(150_000).toString('base64') },
    }),
  )

test('an answer that could not be held by a lease is kept by collection all the same', () =>
  onDisk(long, async (disk, scribe) => {
    const { client } = scribe
    const image = imageOf([random.bytes(100_000)])
    for (const bytes of [...image.layers, image.config]) await scribe.pushWhole(repository, bytes)
    const pushed = performance.now()
    expectUnavailable(await fillDatabase(disk, scribe))
    // So late that the lease ought to be renewed, and is not: the disk is full.
    await pause(Math.max(0, longLease * 0.75 - (performance.now() - pushed)))
    for (const digest of image.blobs) expectStatus(await client.send('HEAD', `/v2/${repository}/blobs/${digest}`), 200)
    const answered = performance.now()
    await pause(longLease / 3)
    disk.unfill()
    await pause(Math.max(0, longLease * 0.4 - (performance.now() - answered)))
    // The client was told less than half a lease ago that it need not push these again.
    const headers = { 'content-type': manifestType }
    expectStatus(await client.send('PUT', `/v2/${repository}/manifests/v1`, { headers, body: image.manifest }), 201)
    for (const digest of image.blobs) expectStatus(await client.send('GET', `/v2/${repository}/blobs/${digest}`), 200)
  }))

async function waitFor(holds: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !holds(); waited += 50) {
    assert.ok(waited < 20_000, `${what}: not in 20 s`)
    await pause(50)
  }
}
