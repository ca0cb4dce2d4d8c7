import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mediaTypes } from '#core/media-type.ts'
import { accepts } from './accept.ts'

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
