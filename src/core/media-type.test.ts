import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bareMediaType, isMediaType, isNonDistributable, mediaTypes, shapeOf } from './media-type.ts'

const oci = mediaTypes.ociManifest
test('the shape of a manifest is told by its media type alone, and inherited names are none', () => {
  assert.equal(shapeOf(mediaTypes.dockerManifest), 'image')
  assert.equal(shapeOf(mediaTypes.dockerList), 'index')
  assert.equal(shapeOf(mediaTypes.orasArtifact), 'artifact')
  for (const name of ['constructor', '__proto__', 'toString', 'application/json', mediaTypes.dockerSchema1])
    assert.equal(shapeOf(name), undefined)
})

test('a Content-Type is compared without its parameters and in lower case', () => {
  assert.equal(bareMediaType(` ${oci.toUpperCase()} ; charset=utf-8`), oci)
  assert.equal(bareMediaType(''), '')
})

test('a media type has a type, a slash and a subtype of restricted names', () => {
  for (const good of ['a/b', 'application/vnd.oci.image.layer.v1.tar+gzip', 'application/x-tar', `a/${'b'.repeat(127)}`])
    assert.equal(isMediaType(good), true, good)
  for (const bad of ['', 'a', 'a/', '/b', 'a/b/c', 'a /b', 'a/b;c=d', 'a/b\n', '*/*', 'a/é', `a/${'b'.repeat(128)}`])
    assert.equal(isMediaType(bad), false, bad)
})

test('the layers that stay with their maker are those of Windows and of OCI', () => {
  assert.equal(isNonDistributable('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'), true)
  assert.equal(isNonDistributable('application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'), true)
  assert.equal(isNonDistributable('application/vnd.oci.image.layer.v1.tar+gzip'), false)
})
