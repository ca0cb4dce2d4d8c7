// Pushes while collection runs all the time, with leases of seconds and no delay: nothing of a finished push is ever lost.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { checkStored } from './check.ts'
import { type Answer, Client, digestOf, expectStatus } from './client.ts'
import { type Image, imageOf, manifestType } from './image.ts'
import { chosenSeed, type Random, seededRandom } from './random.ts'
import { metric, startServer } from './server.ts'
import { makeWorld, removeWorld } from './world.ts'

const seconds = Number(process.env.FAULT_COLLECTION_SECONDS ?? 20)
/** How many times that long the load may go on until it has done what the test is about. */
const rounds = 5
const pushers = 8
const lease = 2000
/** A HEAD may be answered with half a lease to go; a push that took longer than that since then has no promise. */
const promised = lease / 2
const repositories = ['team/a', 'team/b', 'team/c', 'team/d']

interface Tagged {
  repository: string
  tag: string
  image: Image
}

test('pushes, mounts and deletes beside collection', async () => {
  const random = seededRandom(chosenSeed())
  console.log(`collection: seed ${random.seed}`)
  const world = await makeWorld()
  const sum = { pushes: 0, late: 0, mounts: 0, uploads: 0, reused: 0, deletes: 0, pulls: 0, blobs: 0 }
  // Few layers, so that each is shared, dropped by everybody, collected, and pushed anew.
  const layers = Array.from({ length: 40 }, () => random.bytes(random.between(1000, 200_000)))
  const kept = new Map<string, Tagged>()
  const server = await startServer(world.dataDir, { GC_INTERVAL: '20ms', GC_LEASE: `${lease}ms`, GC_DELAY: '0ms' })
  try {
    const client = new Client(server, world.password)
    const didSomething = async () =>
      sum.pushes > 50 && sum.deletes > 20 && sum.mounts > 0 && (await metric(server, 'longshore_collected_deleted_bytes_total')) > 1_000_000
    for (let round = 0; round < rounds && !(await didSomething()); round++) {
      const end = performance.now() + seconds * 1000
      const workers = Array.from({ length: pushers }, (_, worker) => `w${worker}r${round}`)
      await Promise.all(workers.map((worker) => work(worker, end, seededRandom(random.between(0, 2 ** 31)))))
    }
    for (const tagged of kept.values()) await pull(tagged)
    await pause(lease + 500)
    for (const tagged of kept.values()) await pull(tagged)
    assert.deepEqual(client.serverErrors, [])
    const collected = await metric(server, 'longshore_collected_deleted_bytes_total')
    console.log(
      `collection: pushes ${sum.pushes} (${sum.late} took longer than a lease), uploads ${sum.uploads}, mounts ${sum.mounts}, reused ${sum.reused}, deletes ${sum.deletes}, pulls ${sum.pulls}, blobs read ${sum.blobs}, bytes collected ${collected}, lost: 0`,
    )
    assert.ok(await didSomething(), 'the load did something')
    assert.ok(sum.late < sum.pushes / 2, 'the machine is too slow for this test to tell anything')

    async function work(worker: string, end: number, chance: Random): Promise<void> {
      for (let turn = 0; performance.now() < end; turn++) {
        const repository = chance.pick(repositories)
        const chosen = [...new Set([chance.pick(layers), chance.pick(layers), chance.pick(layers)])]
        const tagged = { repository, tag: `${worker}-${turn}`, image: imageOf(chosen, { by: worker, turn: String(turn) }) }
        if (!(await push(tagged, chance))) continue
        kept.set(tagged.tag, tagged)
        await pull(tagged)
        // Each keeps two, so that layers lose their last manifest all the time.
        const own = [...kept.values()].filter((each) => each.tag.startsWith(`${worker}-`))
        for (const old of own.slice(0, -2)) await remove(old)
      }
    }

    /** False when it was too slow to be promised anything. */
    async function push({ repository, tag, image }: Tagged, chance: Random): Promise<boolean> {
      const began = performance.now()
      for (const bytes of [...image.layers, image.config]) await bring(repository, bytes, chance)
      const options = { headers: { 'content-type': manifestType }, body: image.manifest }
      const answer = await client.send('PUT', `/v2/${repository}/manifests/${tag}`, options)
      if (performance.now() - began > promised) {
        sum.late++
        return expectStatus(answer, 201, 400).status === 201
      }
      expectStatus(answer, 201)
      sum.pushes++
      return true
    }

    async function bring(repository: string, bytes: Buffer, chance: Random): Promise<void> {
      const digest = digestOf(bytes)
      const head = expectStatus(await client.send('HEAD', `/v2/${repository}/blobs/${digest}`), 200, 404)
      if (head.status === 200) {
        sum.reused++
        return
      }
      const from = chance.pick(repositories)
      const started = expectStatus(await client.send('POST', `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${from}`), 201, 202)
      if (started.status === 201) {
        sum.mounts++
        return
      }
      await upload(started, bytes, digest)
      sum.uploads++
    }

    async function upload(started: Answer, bytes: Buffer, digest: string): Promise<void> {
      expectStatus(await client.send('PUT', `${started.headers.location}?digest=${digest}`, { body: bytes }), 201)
    }

    async function remove({ repository, tag, image }: Tagged): Promise<void> {
      kept.delete(tag)
      expectStatus(await client.send('DELETE', `/v2/${repository}/manifests/${image.digest}`), 202)
      sum.deletes++
    }

    async function pull({ repository, tag, image }: Tagged): Promise<void> {
      const manifest = expectStatus(
        await client.send('GET', `/v2/${repository}/manifests/${tag}`, { headers: { accept: manifestType } }),
        200,
      )
      assert.equal(digestOf(manifest.body), image.digest)
      for (const digest of image.blobs) {
        const blob = await client.send('GET', `/v2/${repository}/blobs/${digest}`)
        assert.equal(blob.status, 200, `LOST: ${repository}:${tag} needs ${digest}: ${blob.body}`)
        assert.equal(digestOf(blob.body), digest)
        sum.blobs++
      }
      sum.pulls++
    }
  } finally {
    await server.stop()
  }
  try {
    await checkStored(world.dataDir)
  } finally {
    removeWorld(world)
  }
})
