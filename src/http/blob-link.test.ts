import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BlobLink } from '#core/blob-link.ts'
import { parseDigest } from '#core/digest.ts'
import { parseRepositoryName } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import { formatBlobLink, parseBlobLink } from './blob-link.ts'

const digest = parseDigest(`sha256:${'a'.repeat(64)}`)
const link = (repository: string): BlobLink => ({
  repository: parseRepositoryName(repository),
  digest,
  expires: Date.parse('2026-11-21T12:20:00Z'),
  signature: 'a-b_c',
})

test('a link is written as a URL and read again', () => {
  assert.equal(formatBlobLink(link('team/app')), `/team/app/blobs/${digest}?se=2026-11-21T12%3A20%3A00Z&sig=a-b_c`)
  for (const repository of ['team/app', 'app', 'blobs/blobs', 'v2/blobs/x'])
    assert.deepEqual(parseBlobLink(formatBlobLink(link(repository))), link(repository))
  // Some clients write a colon of a path so.
  assert.deepEqual(parseBlobLink(formatBlobLink(link('team/app')).replace('sha256:', 'sha256%3A')), link('team/app'))
})

test('what has no end is at its end', () => {
  for (const query of ['', '?sig=x', '?se=&sig=x', '?se=2026-11-21&sig=x', '?se=2026-13-41T12:20:00Z', '?se=9999999999999'])
    assert.equal(parseBlobLink(`/team/app/blobs/${digest}${query}`).expires, 0, query)
})

test('anything else is no link', () => {
  const failures = (path: string) => {
    try {
      parseBlobLink(path)
      return undefined
    } catch (error) {
      return error instanceof RegistryError ? error.failure : error
    }
  }
  assert.equal(failures('/'), 'not-found')
  assert.equal(failures('/v2/'), 'not-found')
  assert.equal(failures(`/blobs/${digest}`), 'not-found')
  assert.equal(failures('/team/app/manifests/v1'), 'not-found')
  assert.equal(failures(`/team/app/blobs/${digest}/`), 'not-found')
  assert.equal(failures(`/Team/blobs/${digest}`), 'name-invalid')
  assert.equal(failures('/team/app/blobs/sha256:abc'), 'digest-invalid')
})
