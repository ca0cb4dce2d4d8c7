import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { describeBytes, digestOf, mediaTypes, pushBlob, putManifest } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { header, json, send } from '../world/send.ts'

let door: Door
before(async () => {
  door = await openDoor()
})
after(() => door.stop())

const megabyte = 1024 * 1024
const subject = describeBytes(mediaTypes.image, Buffer.from('never pushed'))

interface Listed {
  digest: string
  annotations: Record<string, string>
}

test('referrers with large annotations come in pages of at most what a manifest may have, each whole and once', async () => {
  const empty = Buffer.from('{}')
  await pushBlob(door, 'large', empty)
  const pushed = new Map<string, string>()
  for (const [each, size] of [1.5, 1.5, 3.5, 1, 1, 0].entries()) {
    const note = `${each} "quoted" \u2028`.padEnd(size * megabyte, 'é"')
    const config = describeBytes(mediaTypes.empty, empty)
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.image, config, layers: [], subject, annotations: { note } }
    const bytes = Buffer.from(JSON.stringify(manifest))
    if (bytes.length > 4 * megabyte) continue
    assert.equal((await putManifest(door, 'large', digestOf(bytes), bytes)).status, 201)
    pushed.set(digestOf(bytes), note)
  }
  assert.ok(pushed.size >= 4)
  const found: Listed[] = []
  let pages = 0
  for (let path = `/v2/large/referrers/${subject.digest}?artifactType=${encodeURIComponent(mediaTypes.empty)}`; path !== ''; pages++) {
    const answer = await send(door, 'GET', path)
    assert.equal(answer.status, 200)
    assert.ok(answer.body.length <= 4 * megabyte + 1000, `a page of ${answer.body.length} bytes`)
    const list = json<{ schemaVersion: number; mediaType: string; manifests: Listed[] }>(answer)
    assert.deepEqual([list.schemaVersion, list.mediaType], [2, mediaTypes.index])
    found.push(...list.manifests)
    path = /<([^>]+)>; rel="next"/.exec(header(answer, 'link'))?.[1] ?? ''
  }
  assert.ok(pages > 1)
  assert.deepEqual(
    found.map(({ digest, annotations }) => [digest, annotations.note]),
    [...pushed].sort(([one], [other]) => (one < other ? -1 : 1)),
  )
})
