import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { type Manifest, parseManifest } from '#core/manifest.ts'
import { RegistryError } from '#core/registry-error.ts'
import { mutatedManifests } from './mutated-manifests.ts'

/**
 * Whatever the registry accepts, every other reader must read the same: JavaScript's (exact keys, the last one wins) and
 * Go's (keys whatever their case, repeated objects merged), which is what Docker, containerd and the rest are written in.
 */
interface OtherDescriptor {
  mediaType: string
  digest: string
  size: number
}
interface OtherManifest {
  mediaType?: string
  artifactType?: string
  config?: OtherDescriptor | null
  layers?: OtherDescriptor[] | null
  blobs?: OtherDescriptor[] | null
  manifests?: OtherDescriptor[] | null
  subject?: OtherDescriptor | null
  annotations?: Record<string, string> | null
}

const documents = 4000
const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
const folder = mkdtempSync(join(tmpdir(), 'longshore-go-'))
const hasGo = spawnSync('go', ['version']).status === 0
let accepted: { text: string; manifest: Manifest }[] = []
let refused = 0

before(() => {
  for (const text of fc.sample(mutatedManifests, { numRuns: documents, seed })) {
    try {
      accepted.push({ text, manifest: parseManifest(Buffer.from(text), '') })
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      refused++
    }
  }
})
after(() => rmSync(folder, { recursive: true, force: true }))

const references = (...lists: (readonly (OtherDescriptor | null | undefined)[] | null | undefined)[]): string[] =>
  [...new Set(lists.flatMap((list) => list ?? []).flatMap((each) => (each ? [`${each.digest} ${each.size}`] : [])))].sort()

/** What the other reader found is what ours did, and it found nothing besides. */
function agrees(ours: Manifest, other: OtherManifest, text: string): void {
  const about = `seed ${seed}: ${text}`
  if (other.mediaType) assert.equal(other.mediaType, ours.mediaType, about)
  const named = ours.shape === 'image' ? [[other.config], other.layers] : [ours.shape === 'artifact' ? other.blobs : []]
  assert.deepEqual(references(ours.blobs), references(...named), about)
  assert.deepEqual(references(ours.manifests), references(ours.shape === 'index' ? other.manifests : []), about)
  assert.deepEqual(references(ours.blobs, ours.manifests), references([other.config], other.layers, other.blobs, other.manifests), about)
  assert.equal(other.subject?.digest, ours.subject, about)
  const artifactType = other.artifactType || (ours.shape === 'image' ? other.config?.mediaType : undefined)
  assert.equal(artifactType || undefined, ours.artifactType, about)
  const entries = (annotations: Readonly<Record<string, string>> | null | undefined) => Object.entries(annotations ?? {}).sort()
  assert.deepEqual(entries(other.annotations), entries(ours.annotations), about)
}

test('D2 the mutated documents are worth reading: many are accepted, many are refused', () => {
  assert.equal(accepted.length + refused, documents)
  assert.ok(accepted.length > documents / 10, `${accepted.length} accepted (seed ${seed})`)
  assert.ok(refused > documents / 10, `${refused} refused (seed ${seed})`)
})

test('D2 what is accepted reads the same with JSON.parse', () => {
  assert.ok(accepted.length > 0)
  for (const { text, manifest } of accepted) agrees(manifest, JSON.parse(text) as OtherManifest, text)
})

test('D2 what is accepted reads the same in Go', () => {
  assert.ok(accepted.length > 0)
  if (!hasGo) {
    // Without Go, its folding of keys stands in: no key that is accepted may fold to one that we read and differ from it.
    for (const { text } of accepted) assert.doesNotMatch(text, /"(?:LAYERS|Layers|Config|CONFIG|Manifests|Digest|DIGEST|Size|SIZE)":/)
    return
  }
  const decoder = join(folder, 'decoder')
  execFileSync('go', ['build', '-o', decoder, join(import.meta.dirname, 'go-decoder', 'main.go')], {
    env: { ...process.env, GO111MODULE: 'off' },
  })
  const input = accepted.map(({ text }) => Buffer.from(text).toString('base64')).join('\n')
  const output = execFileSync(decoder, { input, maxBuffer: 2 ** 28, encoding: 'utf8' })
  const answers = output.trimEnd().split('\n')
  assert.equal(answers.length, accepted.length)
  for (const [index, { text, manifest }] of accepted.entries()) {
    const answer = JSON.parse(answers[index] ?? '') as { error?: string; manifest?: OtherManifest }
    assert.ok(answer.manifest, `Go refuses what we accept: ${answer.error} (seed ${seed}): ${text}`)
    agrees(manifest, answer.manifest, text)
  }
})
