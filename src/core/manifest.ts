import { type Digest, isDigest } from './digest.ts'
import { bareMediaType, isMediaType, isNonDistributable, isSchema1, type ManifestShape, mediaTypes, shapeOf } from './media-type.ts'
import { RegistryError } from './registry-error.ts'
import { checkKeys, type Json, JsonError, JsonNumber, type JsonObject, knownKeys, parseStrictJson } from './strict-json.ts'

/** ACR's limit on a manifest, and the specification's advice (distribution-spec, "Pushing manifests"). In bytes. */
export const manifestLimit = 4 * 1024 * 1024
/** More references than any image has; a body of 4 MiB could name far more. */
const mostReferences = 20_000
/** Each is kept, handed from thread to thread and told in lists; a body of 4 MiB could have hundreds of thousands. */
const mostAnnotations = 10_000

export interface Descriptor {
  mediaType: string
  digest: Digest
  /** In bytes. */
  size: number
  /** Its bytes may stay with their maker: nothing is asked of the repository, nothing is fetched from `urls`. */
  optional: boolean
}

/** What the registry reads of a manifest. The bytes themselves are stored and served as they came. */
export interface Manifest {
  mediaType: string
  shape: ManifestShape
  /** Config and layers, or an artifact's blobs; each digest once. */
  blobs: readonly Descriptor[]
  /** An image's; also among `blobs`. */
  config?: Descriptor
  /** An index's children, which may be blobs as well (BuildKit's cache); each digest once. */
  manifests: readonly Descriptor[]
  subject?: Digest
  artifactType?: string
  /** As the manifest has them; for the referrers list. */
  annotations?: Readonly<Record<string, string>>
}

export type NamedKind = 'blob' | 'manifest'

/** As what a client asks for it, going by its media type. What the repository has under the digest may be either, or both. */
export const namedAs = ({ mediaType }: Descriptor): NamedKind => (shapeOf(bareMediaType(mediaType)) === undefined ? 'blob' : 'manifest')

const manifestKeys = knownKeys(
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'blobs',
  'manifests',
  'subject',
  'annotations',
  'fsLayers',
  'history',
)
const descriptorKeys = knownKeys('mediaType', 'digest', 'size', 'urls', 'annotations', 'data', 'platform', 'artifactType')
const platformKeys = knownKeys('architecture', 'os', 'os.version', 'os.features', 'variant', 'features')

/**
 * Reads a manifest strictly.
 * @param contentType the request's Content-Type; when the body names a media type, both must be the same
 * Fails with `manifest-invalid` (with a sentence that names the field), `manifest-too-large`, `unsupported` (schema 1).
 * OCI image-spec manifest.md, image-index.md; Docker image manifest v2 schema 2; ORAS artifact manifest.
 */
export function parseManifest(bytes: Uint8Array, contentType: string): Manifest {
  if (bytes.length > manifestLimit)
    throw new RegistryError('manifest-too-large', `manifest is larger than ${manifestLimit} bytes`, { limit: manifestLimit })
  const declared = bareMediaType(contentType)
  if (isSchema1(declared)) throw schema1()
  try {
    const body = parseStrictJson(bytes)
    if (!(body instanceof Map)) throw new JsonError('it is not a JSON object')
    return read(body, declared)
  } catch (error) {
    if (error instanceof JsonError) throw new RegistryError('manifest-invalid', `manifest invalid: ${error.message}`)
    throw error
  }
}

const schema1 = () =>
  new RegistryError(
    'unsupported',
    'Docker image manifest schema 1 is not supported: push schema 2 or an OCI manifest (docker 1.10 or newer writes one)',
  )

function read(body: JsonObject, declared: string): Manifest {
  checkKeys(body, manifestKeys)
  const version = body.get('schemaVersion')
  if (version instanceof JsonNumber && version.text === '1') throw schema1()
  const own = optionalString(body, 'mediaType')
  if (own !== undefined && !isMediaType(own)) throw new JsonError('mediaType is not a media type')
  if (own !== undefined && declared !== '' && own.toLowerCase() !== declared)
    throw new JsonError(`mediaType "${own}" differs from the request's Content-Type "${declared}"`)
  const mediaType = own ?? (declared === '' || declared === 'application/json' ? guess(body) : declared)
  const shape = shapeOf(mediaType)
  if (shape === undefined) throw new JsonError(`media type "${mediaType}" is not one of an image, an index or an artifact`)
  // The artifact manifests have no schemaVersion.
  const needsVersion = shape !== 'artifact'
  if ((needsVersion || version !== undefined) && !(version instanceof JsonNumber && version.text === '2'))
    throw new JsonError('schemaVersion must be 2')
  refuseOtherShapes(body, shape)

  const blobs = shape === 'image' ? imageBlobs(body) : shape === 'artifact' ? list(body, 'blobs', false) : []
  const manifests = shape === 'index' ? list(body, 'manifests', true) : []
  if (blobs.length + manifests.length > mostReferences) throw new JsonError(`it names more than ${mostReferences} other objects`)
  const subject = body.has('subject') && body.get('subject') !== null ? descriptor(body.get('subject'), 'subject') : undefined
  const artifactType = effectiveArtifactType(body, shape)
  const annotations = strings(body.get('annotations'), 'annotations')
  return {
    mediaType,
    shape,
    blobs: once(blobs),
    ...(shape === 'image' && blobs[0] ? { config: blobs[0] } : {}),
    manifests: once(manifests),
    ...(subject ? { subject: subject.digest } : {}),
    ...(artifactType ? { artifactType } : {}),
    ...(annotations ? { annotations } : {}),
  }
}

function guess(body: JsonObject): string {
  if (body.has('manifests')) return mediaTypes.ociIndex
  if (body.has('config') || body.has('layers')) return mediaTypes.ociManifest
  throw new JsonError('neither it nor the Content-Type names a media type')
}

// One document must never read as two kinds (CVE-2021-41190).
function refuseOtherShapes(body: JsonObject, shape: ManifestShape): void {
  const foreign = {
    image: ['manifests', 'blobs', 'fsLayers', 'history'],
    index: ['config', 'layers', 'blobs', 'fsLayers', 'history'],
    artifact: ['config', 'layers', 'manifests', 'fsLayers', 'history'],
  }[shape]
  for (const key of foreign) if (body.has(key)) throw new JsonError(`a manifest of this type must not have "${key}"`)
}

function imageBlobs(body: JsonObject): Descriptor[] {
  if (!body.has('config')) throw new JsonError('config is missing')
  const config = { ...descriptor(body.get('config'), 'config'), optional: false }
  return [config, ...list(body, 'layers', true)]
}

function list(body: JsonObject, key: string, required: boolean): Descriptor[] {
  const value = body.get(key)
  if (value === undefined && !required) return []
  // Docker and buildah write null for an empty list.
  if (value === null) return []
  if (!Array.isArray(value)) throw new JsonError(`${key} must be a list`)
  return value.map((each, index) => descriptor(each, `${key}[${index}]`))
}

function descriptor(value: Json | undefined, where: string): Descriptor {
  if (!(value instanceof Map)) throw new JsonError(`${where} must be an object`)
  checkKeys(value, descriptorKeys)
  const mediaType = optionalString(value, 'mediaType', where)
  if (mediaType === undefined || !isMediaType(mediaType)) throw new JsonError(`${where}.mediaType is not a media type`)
  const digest = optionalString(value, 'digest', where)
  if (digest === undefined || !isDigest(digest)) throw new JsonError(`${where}.digest is not a sha256 or sha512 digest`)
  const urls = value.get('urls')
  if (urls !== undefined && urls !== null && !(Array.isArray(urls) && urls.every((each) => typeof each === 'string')))
    throw new JsonError(`${where}.urls must be a list of strings`)
  strings(value.get('annotations'), `${where}.annotations`)
  const platform = value.get('platform') ?? null
  if (platform instanceof Map) checkKeys(platform, platformKeys)
  else if (platform !== null) throw new JsonError(`${where}.platform must be an object`)
  const away = Array.isArray(urls) && urls.length > 0
  return { mediaType, digest, size: size(value.get('size'), where), optional: isNonDistributable(mediaType) || away }
}

function size(value: Json | undefined, where: string): number {
  const text = value instanceof JsonNumber ? value.text : ''
  const number = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(number)) throw new JsonError(`${where}.size must be a whole number of bytes from 0 to 2^53-1`)
  return number
}

function optionalString(object: JsonObject, key: string, where = ''): string | undefined {
  const value = object.get(key)
  if (value === undefined || typeof value === 'string') return value
  throw new JsonError(`${where ? `${where}.` : ''}${key} must be a string`)
}

function strings(value: Json | undefined, where: string): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined
  if (!(value instanceof Map)) throw new JsonError(`${where} must be an object`)
  if (value.size > mostAnnotations) throw new JsonError(`${where} has more than ${mostAnnotations} entries`)
  for (const each of value.values()) if (typeof each !== 'string') throw new JsonError(`${where} must hold strings only`)
  return Object.fromEntries(value as Map<string, string>)
}

// distribution-spec, "Listing Referrers": an image without artifactType is listed under its config's media type.
function effectiveArtifactType(body: JsonObject, shape: ManifestShape): string | undefined {
  const own = optionalString(body, 'artifactType')
  if (own !== undefined && own !== '') {
    if (!isMediaType(own)) throw new JsonError('artifactType is not a media type')
    return own
  }
  const config = shape === 'image' ? body.get('config') : undefined
  return config instanceof Map ? optionalString(config, 'mediaType') : undefined
}

function once(descriptors: readonly Descriptor[]): Descriptor[] {
  const seen = new Map<Digest, Descriptor>()
  for (const each of descriptors) {
    const before = seen.get(each.digest)
    if (before && before.size !== each.size) throw new JsonError(`${each.digest} is named with two sizes`)
    // Required wins: one mention that needs the bytes is enough.
    if (!before || (before.optional && !each.optional)) seen.set(each.digest, each)
  }
  return [...seen.values()]
}
