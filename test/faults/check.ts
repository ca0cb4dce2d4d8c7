// Compares a registry with a ledger: what it serves while it runs, and what lies in its data directory when it is stopped.
import assert from 'node:assert/strict'
import { systemClock } from '#adapters/system/clock.ts'
import { refusedAmongServers } from '#app/distribution/unleased-answers.ts'
import { collect } from '#app/maintenance/collect.ts'
import { scrub } from '#app/maintenance/scrub.ts'
import { Emptying } from '#app/maintenance/emptying.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { type Client, digestOf, expectStatus, sizeOfRange } from './client.ts'
import { imageOf, manifestType } from './image.ts'
import { type KeptObjects, keptObjects } from './kept-objects.ts'
import type { Fact, Ledger, Session } from './ledger.ts'
import type { Scribe } from './scribe.ts'
import { type Stored, storedIn } from './stored.ts'

/** Every fact is what it may be, and nothing else is visible. Returns how many facts were looked at; they are settled then. */
export async function checkServed(client: Client, ledger: Ledger): Promise<number> {
  for (const fact of ledger.facts.values()) {
    const found = await read(client, ledger, fact)
    const possible = fact.register.possible()
    assert.ok(
      possible.has(found),
      `${fact.kind} ${fact.repository} ${fact.reference}: found ${found}, acknowledged or in flight: ${[...possible].join(', ')}`,
    )
    fact.register.settle(found)
  }
  for (const { manifest, tag, digest } of ledger.pairs)
    assert.equal(
      manifest.register.possible().has(digest),
      tag.register.possible().has(digest),
      `${manifest.repository}: half of a PUT: the manifest ${digest} or its tag ${tag.reference} is there without the other`,
    )
  ledger.pairs.clear()
  await checkLists(client, ledger)
  return ledger.facts.size
}

async function read(client: Client, ledger: Ledger, { kind, repository, reference }: Fact): Promise<string | undefined> {
  const path = `/v2/${repository}/${kind === 'blob' ? 'blobs' : 'manifests'}/${reference}`
  const answer = expectStatus(
    await client.send('GET', path, { headers: { accept: `${manifestType}, application/vnd.oci.image.index.v1+json` } }),
    200,
    404,
  )
  if (answer.status === 404) return undefined
  const digest = digestOf(answer.body)
  assert.equal(answer.headers['docker-content-digest'], digest, `${path} has other bytes than its digest says`)
  assert.ok(ledger.bytes.get(digest)?.equals(answer.body), `${path} has bytes that nobody sent`)
  return digest
}

async function checkLists(client: Client, ledger: Ledger): Promise<void> {
  const there = (fact: Fact) => !fact.register.possible().has(undefined)
  const expected = [
    ...new Set(
      ledger
        .of('manifest')
        .filter(there)
        .map((fact) => fact.repository),
    ),
  ].sort()
  const { repositories } = JSON.parse(expectStatus(await client.send('GET', '/v2/_catalog?n=1000'), 200).body.toString())
  assert.deepEqual(repositories ?? [], expected, 'the catalogue')
  for (const repository of expected) {
    const tags = ledger
      .of('tag', repository)
      .filter(there)
      .map((fact) => fact.reference)
      .sort()
    const answer = JSON.parse(expectStatus(await client.send('GET', `/v2/${repository}/tags/list?n=1000`), 200).body.toString())
    assert.deepEqual(answer.tags ?? [], tags, `the tags of ${repository}`)
  }
}

/**
 * Takes up every session that was open: it has what was acknowledged, perhaps the chunk under way, and never a part. What comes of it is named by a
 * manifest, and stays: whatever was left of the writers before would stay with it.
 */
export async function resumeSessions(scribe: Scribe): Promise<number> {
  const { client, ledger } = scribe
  const sessions = [...ledger.sessions]
  for (const session of sessions) {
    if (!session.finishing) await resume(scribe, session)
    else {
      // A client that got no answer asks again; a session that was cancelled or whose blob is there may be gone.
      const digest = digestOf(session.bytes)
      const answer = expectStatus(await client.send('PUT', `${session.location}?digest=${digest}`), 201, 404)
      if (answer.status === 201) {
        ledger.bytes.set(digest, session.bytes)
        ledger.fact('blob', session.repository, digest).register.settle(digest)
        await nameIt(scribe, session)
      }
      ledger.sessions.delete(session)
    }
  }
  return sessions.length
}

async function resume(scribe: Scribe, session: Session): Promise<void> {
  const found = sizeOfRange(expectStatus(await scribe.client.send('GET', session.location), 204))
  const allowed = [session.acknowledged, session.acknowledged + session.underWay]
  assert.ok(allowed.includes(found), `the session has ${found} bytes, not ${allowed.join(' or ')}`)
  session.acknowledged = found
  if (found < session.bytes.length) await scribe.append(session, session.bytes.length)
  await scribe.finish(session)
  await nameIt(scribe, session)
}

async function nameIt(scribe: Scribe, { repository, bytes }: Session): Promise<void> {
  const image = imageOf([bytes])
  await scribe.pushWhole(repository, image.config)
  await scribe.putManifest(repository, image.manifest)
}

/**
 * Looks into a data directory whose server has ended: the database is whole, the counters are true; and when everything
 * that expires has expired and collection has run, the files, or what lies in the bucket, are exactly the objects that manifests name.
 */
export async function checkStored(dataDir: string): Promise<{ objects: number; files: number }> {
  const kept = keptObjects(dataDir)
  const stored = storedIn(dataDir)
  await stored.checkItself()
  await letTimePass(stored)
  const store = await stored.open()
  const blobs = await kept.open(store.skew > 0)
  try {
    await checkUsage(store)
    const settings = { collectionDelay: 0, lease: { length: 1, renewBelow: 1, promise: 1, skew: 0 } }
    const deps = { store, blobs, clock: systemClock, failpoint: () => {}, unleased: refusedAmongServers }
    const emptying = new Emptying(deps)
    await collect({ ...deps, emptying, settings: { ...otherSettings, ...settings } }, systemClock.now())
    const { unreferenced, reserved } = await checkUsage(store)
    assert.deepEqual(
      { unreferenced, reserved },
      { unreferenced: 0, reserved: 0 },
      'after collection nothing is held but what manifests name',
    )
    const scrubbed = await scrub({ ...deps, facts: stored.facts })
    assert.deepEqual(scrubbed.damage, [], 'the database is sound')
    assert.deepEqual(scrubbed.bad, [], 'every object re-hashes')
    assert.deepEqual(scrubbed.strangers, [], 'every file has a row')
  } finally {
    await store.close()
    await blobs.close()
  }
  return compareFiles(stored, kept)
}

const otherSettings = {
  sparse: 'index',
  uploadLife: 0,
  diskFloor: 0,
  largestBlob: Number.MAX_SAFE_INTEGER,
  smallBlob: 0,
  blobRedirect: 'lenient',
  isSigned: () => false,
} as const

async function checkUsage(store: MetadataStore) {
  const usages = []
  for (const { id } of await store.registries()) {
    const usage = await store.usage(id)
    assert.deepEqual({ ...usage }, await store.recomputedUsage(id), 'the counters of usage are what the rows add up to')
    usages.push(usage)
  }
  const [usage] = usages
  assert.ok(usage, 'there is a registry')
  return usage
}

/** As if the server had been off for a month: every lease, review and session is over. */
async function letTimePass({ rows }: Stored): Promise<void> {
  const month = 31 * 24 * 60 * 60 * 1000
  await rows(`UPDATE upload SET expires_at = expires_at - ${month}`)
  await rows(`UPDATE repo_blob SET lease_until = lease_until - ${month}`)
  await rows(`UPDATE manifest SET lease_until = lease_until - ${month}`)
  await rows(`UPDATE gc_queue SET review_after = review_after - ${month}`)
  await rows(`UPDATE object SET condemned_at = condemned_at - ${month} WHERE condemned_at IS NOT NULL`)
}

async function compareFiles({ rows }: Stored, kept: KeptObjects): Promise<{ objects: number; files: number }> {
  const objects = await rows(
    'SELECT storage_key, state, CASE WHEN bytes IS NULL THEN 1 ELSE 0 END AS has_file FROM object ORDER BY storage_key',
  )
  assert.deepEqual(
    objects.filter((row) => row.state !== 'ready'),
    [],
    'no object is left in another state',
  )
  const files = await kept.names()
  assert.deepEqual(
    files.sort(),
    objects.filter((row) => row.has_file === 1).map((row) => row.storage_key),
    'the files are the objects that are not in their rows',
  )
  assert.deepEqual(await rows('SELECT upload_id, state FROM upload'), [], 'no session is left')
  return { objects: objects.length, files: files.length }
}
