import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type Algorithm, describeBytes, type Descriptor, digestOf, mediaTypes } from '../world/content.ts'

export interface Document {
  mediaType: string
  digest: string
  bytes: Buffer
  /** What a referrers list must say of it besides its digest, size and type. */
  listed?: { subject: string; artifactType?: string; annotations?: Record<string, string> }
}

/** One kind of content: what a client pushes, children first; the last document gets the tag. */
export interface Row {
  name: string
  algorithm: Algorithm
  blobs: Buffer[]
  /** Named by the documents and never pushed. */
  missing: string[]
  documents: Document[]
  /** Tags that the push by digest carries as `tag` parameters. */
  tagParameters: string[]
}

export const artifactType = 'application/vnd.example.longshore.test'
const emptyJson = Buffer.from('{}')
const nondistributable = 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'

class Content {
  readonly algorithm: Algorithm
  readonly blobs: Buffer[] = []
  readonly missing: string[] = []
  readonly documents: Document[] = []

  constructor(algorithm: Algorithm = 'sha256') {
    this.algorithm = algorithm
  }

  blob(mediaType: string, bytes: Buffer): Descriptor {
    if (!this.blobs.some((each) => each.equals(bytes))) this.blobs.push(bytes)
    return describeBytes(mediaType, bytes, this.algorithm)
  }

  absent(mediaType: string): Descriptor {
    const descriptor = describeBytes(mediaType, randomBytes(50), this.algorithm)
    this.missing.push(descriptor.digest)
    return descriptor
  }

  document(mediaType: string, fields: object, listed?: Document['listed']): Descriptor {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...fields }))
    const descriptor = describeBytes(mediaType, bytes, this.algorithm)
    this.documents.push({ mediaType, digest: descriptor.digest, bytes, ...(listed ? { listed } : {}) })
    return descriptor
  }

  config(architecture = 'amd64'): Descriptor {
    return this.blob(
      mediaTypes.config,
      Buffer.from(JSON.stringify({ architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [digestOf(randomBytes(8))] } })),
    )
  }

  layers(count: number, mediaType: string = mediaTypes.layer): Descriptor[] {
    return Array.from({ length: count }, () => this.blob(mediaType, gzipSync(randomBytes(300))))
  }

  image(extra: object = {}, architecture = 'amd64', listed?: Document['listed']): Descriptor {
    return this.document(mediaTypes.image, { config: this.config(architecture), layers: this.layers(2), ...extra }, listed)
  }

  index(manifests: readonly Descriptor[], extra: object = {}, listed?: Document['listed']): Descriptor {
    return this.document(mediaTypes.index, { manifests, ...extra }, listed)
  }

  platforms(): Descriptor[] {
    return ['amd64', 'arm64'].map((architecture) => ({ ...this.image({}, architecture), platform: { os: 'linux', architecture } }))
  }

  artifact(layers: readonly Descriptor[], extra: object = {}, listed?: Document['listed']): Descriptor {
    return this.document(mediaTypes.image, { artifactType, config: this.blob(mediaTypes.empty, emptyJson), layers, ...extra }, listed)
  }

  row(name: string, tagParameters: string[] = []): Row {
    return { name, tagParameters, algorithm: this.algorithm, blobs: this.blobs, missing: this.missing, documents: this.documents }
  }
}

type Maker = (content: Content) => void

const annotations = { 'org.example.made-by': 'longshore' }

function withSubject(content: Content): void {
  const subject = content.image()
  const layers = content.layers(1, 'application/vnd.example.data')
  // Its own artifactType; the config's type instead of it; an index that has none.
  content.artifact(layers, { subject, annotations }, { subject: subject.digest, artifactType, annotations })
  content.image({ subject, annotations }, 'amd64', { subject: subject.digest, artifactType: mediaTypes.config, annotations })
  content.index([], { subject, annotations }, { subject: subject.digest, annotations })
}

const makers: Readonly<Record<string, Maker>> = {
  image: (content) => content.image(),
  'image uncompressed': (content) => content.image({ layers: [content.blob('application/vnd.oci.image.layer.v1.tar', randomBytes(1024))] }),
  index: (content) => content.index(content.platforms()),
  'nested index': (content) => content.index([content.index(content.platforms()), content.index(content.platforms())]),
  'empty index': (content) => content.index([]),
  'index with subject': (content) => {
    const subject = content.index(content.platforms())
    content.index(content.platforms(), { subject, artifactType, annotations }, { subject: subject.digest, artifactType, annotations })
  },
  artifact: (content) => content.artifact(content.layers(1, 'application/vnd.example.data')),
  'artifact index': (content) =>
    content.index([content.artifact(content.layers(1, 'text/plain')), content.artifact(content.layers(1, 'text/csv'))], { artifactType }),
  'artifact without layers': (content) => content.artifact([content.blob(mediaTypes.empty, emptyJson)]),
  'artifacts with subject': withSubject,
  'missing subject': (content) => {
    const subject = describeBytes(mediaTypes.image, randomBytes(70))
    content.image({ subject, artifactType }, 'amd64', { subject: subject.digest, artifactType })
  },
  'custom fields': (content) =>
    content.image({ 'org.example.field': { kept: [1, 2.5, null, 'ü'] }, config: { ...content.config(), 'org.example.more': true } }),
  'data field': (content) =>
    content.artifact([{ ...content.blob('text/plain', Buffer.from('inline')), data: Buffer.from('inline').toString('base64') }]),
  'no layers': (content) => content.image({ layers: [] }),
  'empty blob': (content) => content.image({ layers: [content.blob('application/vnd.example.nothing', Buffer.alloc(0))] }),
  'large manifest': (content) => content.image({ annotations: { 'org.example.much': 'x'.repeat(3_900_000) } }),
  'nondistributable layers': (content) =>
    content.image({
      layers: [
        ...content.layers(1),
        ...content.layers(1, nondistributable),
        { ...content.absent(nondistributable), urls: ['https://layers.example/one'] },
      ],
    }),
  sparse: (content) => {
    const there = content.platforms()[0] as Descriptor
    content.index([there, content.absent(mediaTypes.image)])
  },
}

function make(name: string, maker: Maker, algorithm: Algorithm, tagParameters: string[] = []): Row {
  const content = new Content(algorithm)
  maker(content)
  return content.row(name, tagParameters)
}

const tenTags = Array.from({ length: 10 }, (_, index) => `tag-${index}`)

/** Every kind of content that the specification speaks of. */
export const rows: readonly Row[] = [
  ...Object.entries(makers).map(([name, maker]) => make(name, maker, 'sha256')),
  make('sha512', withSubject, 'sha512'),
  make('tag parameters', (content) => content.image(), 'sha256', tenTags),
  make('tag parameters sha512', (content) => content.image(), 'sha512', tenTags),
]
