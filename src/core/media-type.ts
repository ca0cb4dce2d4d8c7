/** The media types that the registry reads itself. Whatever else a manifest calls itself is stored as data. */
export const mediaTypes = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociArtifact: 'application/vnd.oci.artifact.manifest.v1+json',
  orasArtifact: 'application/vnd.cncf.oras.artifact.manifest.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const

/** How the body of a manifest is laid out: `image` names blobs, `index` names manifests, `artifact` names blobs under `blobs`. */
export type ManifestShape = 'image' | 'index' | 'artifact'

const shapes: Readonly<Record<string, ManifestShape>> = {
  [mediaTypes.ociManifest]: 'image',
  [mediaTypes.dockerManifest]: 'image',
  [mediaTypes.ociIndex]: 'index',
  [mediaTypes.dockerList]: 'index',
  [mediaTypes.ociArtifact]: 'artifact',
  [mediaTypes.orasArtifact]: 'artifact',
}

export const shapeOf = (mediaType: string): ManifestShape | undefined => (Object.hasOwn(shapes, mediaType) ? shapes[mediaType] : undefined)

export const isSchema1 = (mediaType: string): boolean =>
  mediaType === mediaTypes.dockerSchema1 || mediaType === mediaTypes.dockerSchema1Signed

// RFC 6838 §4.2: type "/" subtype of restricted names.
const form = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/
export const isMediaType = (text: string): boolean => form.test(text)

/** A layer that its licence keeps on its maker's servers; a client may leave its bytes out. */
export const isNonDistributable = (mediaType: string): boolean =>
  mediaType.includes('.nondistributable.') || mediaType.startsWith('application/vnd.docker.image.rootfs.foreign.')

/** The bare media type of a Content-Type header: without parameters, in lower case. */
export const bareMediaType = (header: string): string => (header.split(';', 1)[0] ?? '').trim().toLowerCase()
