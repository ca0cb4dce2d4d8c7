import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { parseDigest } from '#core/digest.ts'
import type { BackedUp, Scrubbed } from '#core/maintenance.ts'
import { storedDigest } from '#store/stored-digest.ts'
import { runCli } from '../world/cli-run.ts'
import { describeBytes, digestOf, type Image, makeImage, mediaTypes, pushImage, putManifest } from '../world/content.ts'
import { errorCode, header, json, send } from '../world/send.ts'
import { makeDataDirectory, removeDataDirectory, Server } from '../world/server.ts'

let server: Server
before(async () => {
  server = await Server.start({ sparse: 'index' })
})
after(() => server.stop())

/** What a disk does behind everybody's back. */
function onDisk(sql: string, ...values: (string | Uint8Array)[]): void {
  const database = new DatabaseSync(join(server.dataDir, 'longshore.db'), { timeout: 5000 })
  database.exec('PRAGMA foreign_keys = OFF')
  const { changes } = database.prepare(sql).run(...values)
  database.close()
  assert.ok(Number(changes) > 0)
}
const bytesOf = (digest: string) => storedDigest(parseDigest(digest))
const beside = (name: string): string => join(server.dataDir, '..', name)
const cli = async <Shape>(code: number, ...words: string[]): Promise<Shape> => {
  const ran = await runCli([...words, '--output', 'json', '--data-dir', server.dataDir])
  assert.equal(ran.code, code, ran.problem)
  return JSON.parse(ran.out) as Shape
}
const get = (repository: string, reference: string, method = 'GET') => send(server, method, `/v2/${repository}/manifests/${reference}`)

async function isRefused(repository: string, image: Image, tag: string): Promise<void> {
  for (const reference of [tag, image.digest]) {
    const answer = await get(repository, reference)
    assert.deepEqual([answer.status, errorCode(answer)], [404, 'MANIFEST_UNKNOWN'], reference)
    assert.match(answer.body.toString(), /is damaged on the server's disk and is not given: push it again/)
    assert.equal((await get(repository, reference, 'HEAD')).status, 404)
  }
}
async function isServed(repository: string, image: Image, tag: string): Promise<void> {
  for (const reference of [tag, image.digest]) {
    const answer = await get(repository, reference)
    assert.deepEqual([answer.status, header(answer, 'docker-content-digest')], [200, image.digest])
    assert.deepEqual(answer.body, image.manifest)
    assert.equal(header(answer, 'content-type'), mediaTypes.image)
  }
}
const damagedSql = `UPDATE manifest_body SET bytes = ? WHERE digest = ?`
function oneDigitElse(image: Image): Buffer {
  const bytes = Buffer.from(image.manifest)
  const at = bytes.indexOf('sha256:') + 10
  bytes[at] = bytes[at] === 0x30 ? 0x31 : 0x30
  return bytes
}

test('a manifest with one digit changed is not given, in no repository; the push of the right bytes heals all of them', async () => {
  const image = await pushImage(server, 'hurt/one', 'v1')
  await pushImage(server, 'hurt/other', 'v1', image)
  for (const wrong of [oneDigitElse(image), image.manifest.subarray(0, -1), new Uint8Array()]) {
    onDisk(damagedSql, wrong, bytesOf(image.digest))
    // What is in memory since it was whole is whole.
    await pushImage(server, 'hurt/one', 'again')
    await pushImage(server, 'hurt/other', 'again')
    for (const repository of ['hurt/one', 'hurt/other']) await isRefused(repository, image, 'v1')
    const usage = await cli<{ used: number }>(0, 'usage')
    assert.equal((await putManifest(server, 'hurt/one', 'v1', image.manifest)).status, 201)
    for (const repository of ['hurt/one', 'hurt/other']) await isServed(repository, image, 'v1')
    assert.equal((await cli<{ used: number }>(0, 'usage')).used, usage.used)
  }
  const scrubbed = await cli<Scrubbed>(0, 'scrub')
  assert.deepEqual([scrubbed.bad, scrubbed.damage], [[], []])
})

test('a body that is gone, and a media type that is none, are the same; what is told of an index says so too', async () => {
  const image = await pushImage(server, 'lost', 'v1')
  onDisk('DELETE FROM manifest_body WHERE digest = ?', bytesOf(image.digest))
  await server.down()
  await server.up()
  assert.equal((await get('lost', 'v1')).status, 404)
  const { bad } = await cli<Scrubbed>(1, 'scrub')
  assert.deepEqual(bad, [{ digest: image.digest, objectId: null, problem: 'missing' }])
  assert.equal((await putManifest(server, 'lost', image.digest, image.manifest)).status, 201)
  await isServed('lost', image, 'v1')

  onDisk(`UPDATE manifest SET media_type = 'application/vnd.oci.image.manifest.v1+jsoo' WHERE digest = ?`, bytesOf(image.digest))
  await pushImage(server, 'lost', 'other')
  await isRefused('lost', image, 'v1')
  assert.equal((await putManifest(server, 'lost', 'v1', image.manifest)).status, 201)
  await isServed('lost', image, 'v1')

  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [image.descriptor] }))
  assert.equal((await putManifest(server, 'lost', 'index', body, { mediaType: mediaTypes.index })).status, 201)
  onDisk(damagedSql, Buffer.from(body.toString().replace('"size":', '"sizE":')), bytesOf(digestOf(body)))
  const shown = await send(server, 'GET', `/acr/v1/lost/_manifests/${digestOf(body)}`)
  assert.deepEqual([shown.status, errorCode(shown)], [404, 'MANIFEST_UNKNOWN'])
  assert.equal((await putManifest(server, 'lost', 'index', body, { mediaType: mediaTypes.index })).status, 201)
  assert.equal((await send(server, 'GET', `/acr/v1/lost/_manifests/${digestOf(body)}`)).status, 200)
})

test('scrub, backup and restore --verify see a damaged manifest and a damaged small blob', async () => {
  const image = await pushImage(server, 'seen', 'v1', makeImage({}, [100]))
  const layer = image.layers[0] ?? Buffer.alloc(0)
  onDisk(damagedSql, oneDigitElse(image), bytesOf(image.digest))
  const whole = await cli<Scrubbed>(1, 'scrub')
  assert.deepEqual([whole.bad, whole.damage], [[{ digest: image.digest, objectId: null, problem: 'corrupt' }], []])
  onDisk('UPDATE object SET bytes = ? WHERE digest = ?', Buffer.from(layer).fill(7, 0, 2), bytesOf(digestOf(layer)))

  const { damaged, missing } = await cli<BackedUp>(1, 'backup', beside('hurt'))
  assert.deepEqual([damaged.sort(), missing], [[image.digest, digestOf(layer)].sort(), []])
  const text = await runCli(['backup', beside('hurt-told'), '--data-dir', server.dataDir])
  assert.match(text.out, new RegExp(`Damaged +${image.digest}`))
  const dataDir = makeDataDirectory()
  rmSync(join(dataDir, 'ballast'))
  const refused = await runCli(['restore', beside('hurt'), '--verify', '--data-dir', dataDir])
  assert.equal(refused.code, 1)
  assert.match(refused.problem, /the backup is damaged: 2 of its parts are missing or wrong, the first is sha256:/)
  // It can still be had: what is damaged in it is not given there either, and heals there too.
  assert.equal((await runCli(['restore', beside('hurt'), '--data-dir', dataDir])).code, 0)
  removeDataDirectory(dataDir)

  const { bad } = await cli<Scrubbed>(1, 'scrub')
  assert.deepEqual(bad.map((each) => each.digest).sort(), [image.digest, digestOf(layer)].sort())
  await pushImage(server, 'seen', 'v1', image)
  await isServed('seen', image, 'v1')
  assert.deepEqual((await send(server, 'GET', `/v2/seen/blobs/${digestOf(layer)}`)).body, layer)
  assert.deepEqual((await cli<Scrubbed>(0, 'scrub')).bad, [])
})

test('a list of referrers is not kept from its readers by a damaged referrer', async () => {
  const subject = await pushImage(server, 'referred', 'v1')
  const referrer = await pushImage(server, 'referred', 'sbom', makeImage({ subject: describeBytes(mediaTypes.image, subject.manifest) }))
  onDisk(damagedSql, oneDigitElse(referrer), bytesOf(referrer.digest))
  const { manifests } = json<{ manifests: { digest: string }[] }>(await send(server, 'GET', `/v2/referred/referrers/${subject.digest}`))
  assert.deepEqual(
    manifests.map((each) => each.digest),
    [referrer.digest],
  )
  assert.equal((await send(server, 'DELETE', `/v2/referred/manifests/${referrer.digest}`)).status, 202)
})
