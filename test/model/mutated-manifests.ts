import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { mediaTypes } from '#core/media-type.ts'

/** JSON as text with its seams open: a key may be written any way, twice, or be none. */
type Node = string | { object: [key: string, value: Node][] } | { array: Node[] }

const print = (node: Node): string =>
  typeof node === 'string'
    ? node
    : 'object' in node
      ? `{${node.object.map(([key, value]) => `${key}:${print(value)}`).join(',')}}`
      : `[${node.array.map(print).join(',')}]`

const text = (value: string): string => JSON.stringify(value)
const digestOf = (of: string, algorithm = 'sha256') => `${algorithm}:${createHash(algorithm).update(of).digest('hex')}`
const digests = [digestOf('a'), digestOf('b'), digestOf('c'), digestOf('d', 'sha512')]
const blobTypes = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  'application/vnd.oci.empty.v1+json',
]
const shapes = [
  mediaTypes.ociManifest,
  mediaTypes.ociIndex,
  mediaTypes.dockerManifest,
  mediaTypes.dockerList,
  mediaTypes.ociArtifact,
  mediaTypes.orasArtifact,
]

const strings = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'org.example', 'ſ', '\u212a', '__proto__', 'é😀', '\u2028', '', 'x"y\\z') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
)
const written = strings.map(text)
/** Strings that no JSON.stringify writes. */
const oddly = fc.constantFrom('"\\u0061"', '"\\ud800"', '"\\ud800\\udc00"', '"\\/"', '"\\ufeff"', '"a\\u0000b"', '"\u007f"', "'a'", '"\t"')
const annotations: fc.Arbitrary<Node> = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 5, arbitrary: written }, { weight: 1, arbitrary: oddly }),
      fc.oneof({ weight: 4, arbitrary: written }, oddly),
    ),
    {
      maxLength: 3,
    },
  )
  .map((object) => ({ object }))

const descriptor: fc.Arbitrary<Node> = fc
  .record({
    mediaType: fc.constantFrom(...blobTypes, mediaTypes.ociManifest),
    digest: fc.constantFrom(...digests),
    extra: fc.option(fc.constantFrom<'urls' | 'annotations' | 'platform' | 'data'>('urls', 'annotations', 'platform', 'data')),
    notes: annotations,
  })
  .map(({ mediaType, digest, extra, notes }) => {
    const values: Record<string, Node> = {
      urls: { array: [text('https://example.com/x')] },
      annotations: notes,
      platform: { object: [['"os"', text('linux')]] },
      data: text('e30='),
    }
    return {
      object: [
        ['"mediaType"', text(mediaType)],
        ['"digest"', text(digest)],
        // The size belongs to the digest, so that most documents agree with themselves.
        ['"size"', String(digests.indexOf(digest) + 1)],
        ...(extra ? [[text(extra), values[extra]] as [string, Node]] : []),
      ],
    }
  })

const members = (key: string, value: Node | null): [string, Node][] => (value === null ? [] : [[key, value]])
const manifest: fc.Arbitrary<Node> = fc
  .record({
    mediaType: fc.constantFrom(...shapes),
    named: fc.boolean(),
    config: descriptor,
    list: fc.array(descriptor, { maxLength: 4 }),
    subject: fc.option(descriptor),
    artifactType: fc.option(fc.constantFrom('application/vnd.example', 'a/b', '')),
    notes: fc.option(annotations),
  })
  .map(({ mediaType, named, config, list, subject, artifactType, notes }) => {
    const listName = /index|list/.test(mediaType) ? '"manifests"' : /artifact/.test(mediaType) ? '"blobs"' : '"layers"'
    return {
      object: [
        ['"schemaVersion"', '2'],
        ...(named || listName === '"blobs"' ? [['"mediaType"', text(mediaType)] as [string, Node]] : []),
        ...(listName === '"layers"' ? [['"config"', config] as [string, Node]] : []),
        [listName, { array: list }],
        ...members('"subject"', subject),
        ...members('"artifactType"', artifactType === null ? null : text(artifactType)),
        ...members('"annotations"', notes),
      ],
    }
  })

const respell = (key: string, how: number): string => {
  const bare = key.slice(1, -1)
  const first = bare.charCodeAt(0).toString(16).padStart(4, '0')
  return [
    `"${bare.toUpperCase()}"`,
    `"${bare.replace(/s/, '\u017f')}"`,
    `"${bare.replace(/[kK]/, '\u212a')}"`,
    `"\\u${first}${bare.slice(1)}"`,
    `"${bare} "`,
    `"${bare}\\u0000"`,
    `"${bare.slice(0, 1).toUpperCase()}${bare.slice(1)}"`,
  ][how % 7] as string
}
const foreignKeys = [
  '"layers"',
  '"config"',
  '"manifests"',
  '"blobs"',
  '"subject"',
  '"mediaType"',
  '"artifactType"',
  '"annotations"',
  '"digest"',
  '"size"',
  '"x"',
]
const values: readonly Node[] = [
  'null', 'true', '0', '1', '2', '-1', '1.5', '1e0', '9007199254740993', '"1"', '""', 'NaN', '01',
  { array: [] }, { object: [] }, { array: ['null'] }, text(digests[1] ?? ''), text(mediaTypes.ociIndex), '/**/1', '1 ',
] // biome-ignore format: a list

/** One change at the n-th place of the document, in place. */
function mutate(root: Node, step: { at: number; how: number; value: Node }): void {
  const places: { object: [string, Node][] }[] = []
  const walk = (node: Node): void => {
    if (typeof node === 'string') return
    if ('object' in node) places.push(node)
    for (const each of 'object' in node ? node.object.map(([, value]) => value) : node.array) walk(each)
  }
  walk(root)
  const place = places[step.at % places.length]
  if (!place) return
  const index = Math.floor(step.at / places.length) % Math.max(1, place.object.length)
  const member = place.object[index]
  const foreign = foreignKeys[step.how % foreignKeys.length] as string
  switch (step.how % 8) {
    case 0:
      if (member) member[0] = respell(member[0], step.how >> 3)
      break
    case 1:
      if (member) place.object.push([respell(member[0], step.how >> 3), structuredClone(step.value)])
      break
    case 2:
      if (member) place.object.push([member[0], step.how % 16 < 8 ? structuredClone(member[1]) : structuredClone(step.value)])
      break
    case 3:
      if (member) member[1] = structuredClone(step.value)
      break
    case 4:
      place.object.splice(index, 1)
      break
    case 5:
      place.object.push([foreign, structuredClone(step.value)])
      break
    case 6:
      place.object.reverse()
      break
    default:
      if (member) member[0] = foreign
  }
}

const around: readonly [string, string][] = [
  ['\ufeff', ''],
  ['', '{}'],
  [' ', '\n'],
  ['', '\0'],
  ['// x\n', ''],
  ['[', ']'],
]

/** Documents that are manifests, or nearly. */
export const mutatedManifests: fc.Arbitrary<string> = fc
  .record({
    manifest,
    steps: fc.array(fc.record({ at: fc.nat(1000), how: fc.nat(1000), value: fc.oneof(fc.constantFrom(...values), descriptor, oddly) }), {
      maxLength: 2,
    }),
    around: fc.oneof({ weight: 12, arbitrary: fc.constant(['', ''] as const) }, { weight: 1, arbitrary: fc.constantFrom(...around) }),
  })
  .map(({ manifest, steps, around }) => {
    const document = structuredClone(manifest)
    for (const step of steps) mutate(document, step)
    return around[0] + print(document) + around[1]
  })
