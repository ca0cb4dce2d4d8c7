import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepts, bareMediaType, isMediaType, isNonDistributable, mediaTypes, shapeOf } from './media-type.ts'

const oci = mediaTypes.ociManifest
const cases: readonly [header: string | undefined, taken: boolean, why: string][] = [
  [undefined, true, 'no header takes everything'],
  ['', true, 'an empty header takes everything'],
  ['  ', true, 'a blank header takes everything'],
  [oci, true, 'the same type'],
  [oci.toUpperCase(), true, 'types have no case'],
  [`text/html, ${oci}`, true, 'one of several'],
  [`${oci};q=0.1`, true, 'a small preference'],
  [`${oci}; charset=utf-8`, true, 'a parameter changes nothing'],
  ['*/*', true, 'everything'],
  ['application/*', true, 'the family'],
  ['text/*', false, 'another family'],
  ['text/html', false, 'another type'],
  [mediaTypes.ociIndex, false, 'an index is not an image'],
  [`${oci};q=0`, false, 'refused outright'],
  [`${oci};q=0.000`, false, 'refused outright in three digits'],
  [`${oci}; Q=0`, false, 'parameters have no case'],
  [`${oci};q=0, */*;q=0.5`, false, 'the more specific range decides'],
  [`*/*;q=0, ${oci}`, true, 'wherever it stands'],
  ['text/html, *; q=.2', true, 'everything, as old Java clients write it'],
  ['application/vnd.oci.image.manifest.v1', false, 'a prefix of the type'],
  [',,,', false, 'a header of nothing that means something'],
]
for (const [header, taken, why] of cases)
  test(`Accept "${header ?? '(none)'}" ${taken ? 'takes' : 'does not take'} an OCI manifest: ${why}`, () =>
    assert.equal(accepts(header, oci), taken))

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
