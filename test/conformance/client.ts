import assert from 'node:assert/strict'
import { type Algorithm, digestOf, locationOf, startUpload } from '../world/content.ts'
import { type Answer, header, send, type Target } from '../world/send.ts'

/** A `Location` of what was just pushed leads to it. */
export async function assertPullable(target: Target, answer: Answer, bytes: Uint8Array): Promise<void> {
  const pulled = await send(target, 'GET', locationOf(answer))
  assert.equal(pulled.status, 200)
  assert.ok(pulled.body.equals(bytes), 'the Location gives the bytes that were pushed')
}

export async function assertBlob(target: Target, repository: string, bytes: Uint8Array, algorithm: Algorithm): Promise<void> {
  const digest = digestOf(bytes, algorithm)
  for (const method of ['HEAD', 'GET']) {
    const answer = await send(target, method, `/v2/${repository}/blobs/${digest}`)
    assert.equal(answer.status, 200, `${method} of a pushed blob`)
    assert.equal(header(answer, 'docker-content-digest'), digest)
    assert.equal(header(answer, 'content-length'), String(bytes.length))
    if (method === 'GET') assert.ok(answer.body.equals(bytes))
  }
}

/** POST for a session, then the whole blob by PUT. */
export async function postPut(
  target: Target,
  repository: string,
  bytes: Uint8Array,
  algorithm: Algorithm,
  claimed = digestOf(bytes, algorithm),
): Promise<Answer> {
  const session = await startUpload(target, repository)
  return send(target, 'PUT', locationOf(session, `digest=${claimed}`), { body: bytes })
}

/** One PATCH with the specification's `Content-Range`. */
export function patchChunk(target: Target, session: Answer, bytes: Uint8Array, start: number): Promise<Answer> {
  return send(target, 'PATCH', locationOf(session), {
    body: bytes,
    headers: { 'content-type': 'application/octet-stream', 'content-range': `${start}-${start + bytes.length - 1}` },
  })
}

export async function tagsOf(target: Target, repository: string, query = ''): Promise<{ answer: Answer; tags: string[] }> {
  const answer = await send(target, 'GET', `/v2/${repository}/tags/list${query}`)
  const tags = answer.status === 200 ? (JSON.parse(answer.body.toString()) as { tags: string[] }).tags : []
  return { answer, tags }
}

/** The target of a `Link` to the next page (RFC 8288). */
export function nextOf(answer: Answer): string | undefined {
  const link = header(answer, 'link')
  if (link === '') return undefined
  const match = /^<([^>]+)>;\s*rel="?next"?$/.exec(link)
  assert.ok(match, `a Link that is none: ${link}`)
  const url = new URL(match[1] ?? '', 'http://registry.example')
  return url.pathname + url.search
}

/** Asks again, up to a few seconds, until the check holds: for what the specification lets be eventual. */
export async function eventually(check: () => Promise<boolean>, ms = 5000): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    if (await check()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}
