import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { digestOf, putManifest } from '../world/content.ts'
import { header, json, send } from '../world/send.ts'
import { Server } from '../world/server.ts'
import { assertPullable, eventually, nextOf, postPut, tagsOf } from './client.ts'
import { type Document, type Row, rows } from './data.ts'

let server: Server
before(async () => {
  server = await Server.start()
})
after(() => server.stop())

const accept = [...new Set(rows.flatMap((row) => row.documents.map((each) => each.mediaType)))].join(', ')

async function assertManifest(repository: string, reference: string, document: Document): Promise<void> {
  for (const method of ['HEAD', 'GET']) {
    const answer = await send(server, method, `/v2/${repository}/manifests/${reference}`, { headers: { accept } })
    assert.equal(answer.status, 200, `${method} ${reference}`)
    assert.equal(header(answer, 'content-type'), document.mediaType)
    assert.equal(header(answer, 'content-length'), String(document.bytes.length))
    if (reference.includes(':')) assert.equal(header(answer, 'docker-content-digest'), document.digest)
    else assert.match(header(answer, 'docker-content-digest'), /^sha(256|512):/)
    if (method === 'GET') assert.ok(answer.body.equals(document.bytes), 'byte for byte')
  }
}

async function assertGone(repository: string, references: readonly string[]): Promise<void> {
  for (const reference of references)
    for (const method of ['HEAD', 'GET'])
      assert.equal((await send(server, method, `/v2/${repository}/manifests/${reference}`)).status, 404, `${method} ${reference}`)
}

async function pushDocument(repository: string, reference: string, document: Document): Promise<void> {
  const answer = await putManifest(server, repository, reference, document.bytes, { mediaType: document.mediaType })
  assert.equal(answer.status, 201, answer.body.toString())
  if (reference.includes(':')) assert.equal(header(answer, 'docker-content-digest'), document.digest)
  assert.equal(header(answer, 'oci-subject'), document.listed?.subject ?? '')
  await assertPullable(server, answer, document.bytes)
}

/** The API rows, in the order in which a client comes by them. */
const checks: Readonly<Record<string, (repository: string, row: Row, top: Document) => Promise<void>>> = {
  'blob push': async (repository, row) => {
    for (const blob of row.blobs) assert.equal((await postPut(server, repository, blob, row.algorithm)).status, 201)
  },
  'manifest put by digest, tag parameters, subject': async (repository, row, top) => {
    for (const document of row.documents) {
      if (document !== top || row.tagParameters.length === 0) {
        await pushDocument(repository, document.digest, document)
        continue
      }
      const query = row.tagParameters.map((tag) => `tag=${tag}`).join('&')
      const answer = await putManifest(server, repository, `${document.digest}?${query}`, document.bytes, { mediaType: document.mediaType })
      assert.equal(answer.status, 201, answer.body.toString())
      assert.deepEqual(header(answer, 'oci-tag').split(/,\s*/), row.tagParameters)
    }
    for (const tag of row.tagParameters) await assertManifest(repository, tag, top)
  },
  'manifest put by tag': async (repository, row, top) => {
    // By tag a registry computes the digest with its own algorithm.
    if (row.algorithm === 'sha256') await pushDocument(repository, 'top', top)
    else assert.equal((await putManifest(server, repository, `${top.digest}?tag=top`, top.bytes, { mediaType: top.mediaType })).status, 201)
  },
  'tag list': async (repository, row) => {
    const { answer, tags } = await tagsOf(server, repository)
    assert.equal(answer.status, 200)
    assert.equal(json<{ name: string }>(answer).name, repository)
    assert.deepEqual(tags, [...row.tagParameters, 'top'].sort())
  },
  'manifest get and head by tag': (repository, _row, top) => assertManifest(repository, 'top', top),
  'manifest get and head by digest': async (repository, row) => {
    for (const document of row.documents) await assertManifest(repository, document.digest, document)
  },
  'blob get and head': async (repository, row) => {
    for (const blob of row.blobs) {
      const digest = digestOf(blob, row.algorithm)
      const answer = await send(server, 'GET', `/v2/${repository}/blobs/${digest}`)
      assert.equal(answer.status, 200)
      assert.ok(answer.body.equals(blob))
      const head = await send(server, 'HEAD', `/v2/${repository}/blobs/${digest}`)
      assert.deepEqual([head.status, header(head, 'content-length')], [200, String(blob.length)])
    }
    for (const digest of row.missing)
      assert.equal((await send(server, 'HEAD', `/v2/${repository}/blobs/${digest}`)).status, 404, 'what was never pushed')
  },
  referrers: async (repository, row) => {
    for (const subject of new Set(row.documents.map((each) => each.listed?.subject ?? each.digest))) {
      const answer = await send(server, 'GET', `/v2/${repository}/referrers/${subject}`)
      assert.equal(answer.status, 200)
      assert.equal(header(answer, 'content-type'), 'application/vnd.oci.image.index.v1+json')
      assert.equal(nextOf(answer), undefined)
      const list = json<{ schemaVersion: number; mediaType: string; manifests: { digest: string }[] }>(answer)
      assert.deepEqual([list.schemaVersion, list.mediaType], [2, 'application/vnd.oci.image.index.v1+json'])
      const expected = row.documents
        .filter((each) => each.listed?.subject === subject)
        .map(({ mediaType, digest, bytes, listed }) => {
          const { subject: _, ...said } = listed ?? { subject }
          return { mediaType, digest, size: bytes.length, ...said }
        })
      const inOrder = (each: { digest: string }[]) => each.toSorted((one, other) => (one.digest < other.digest ? -1 : 1))
      assert.deepEqual(inOrder(list.manifests), inOrder(expected))
    }
  },
  'tag delete, atomic': async (repository, row, top) => {
    for (const tag of [...row.tagParameters, 'top']) {
      assert.equal((await send(server, 'DELETE', `/v2/${repository}/manifests/${tag}`)).status, 202)
      await assertGone(repository, [tag])
      assert.ok(!(await tagsOf(server, repository)).tags.includes(tag))
    }
    await assertManifest(repository, top.digest, top)
  },
  'manifest delete, atomic': async (repository, row) => {
    // Parents first; the tag that is left goes with its manifest. A subject takes its referrers along.
    const top = row.documents.at(-1) as Document
    assert.equal((await putManifest(server, repository, `${top.digest}?tag=again`, top.bytes, { mediaType: top.mediaType })).status, 201)
    for (const document of row.documents.toReversed()) {
      assert.equal((await send(server, 'DELETE', `/v2/${repository}/manifests/${document.digest}`)).status, 202)
      await assertGone(repository, document === top ? [document.digest, 'again'] : [document.digest])
      if (!document.listed) continue
      const list = await send(server, 'GET', `/v2/${repository}/referrers/${document.listed.subject}`)
      assert.ok(!list.body.toString().includes(document.digest), 'no longer among the referrers')
    }
    assert.equal((await send(server, 'DELETE', `/v2/${repository}/manifests/${top.digest}`)).status, 404)
  },
  'blob delete, atomic': async (repository, row) => {
    for (const blob of row.blobs) {
      const path = `/v2/${repository}/blobs/${digestOf(blob, row.algorithm)}`
      const deleted = await eventually(async () => (await send(server, 'DELETE', path)).status === 202)
      assert.ok(deleted, 'a blob that no manifest names any more may be deleted')
      assert.equal((await send(server, 'HEAD', path)).status, 404)
      assert.equal((await send(server, 'GET', path)).status, 404)
    }
  },
}

for (const [index, row] of rows.entries())
  describe(row.name, () => {
    const top = row.documents.at(-1) as Document
    for (const [name, check] of Object.entries(checks)) test(`${row.name}: ${name}`, () => check(`conformance/row-${index}`, row, top))
  })
