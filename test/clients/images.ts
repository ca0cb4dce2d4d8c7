// Makes images on disk, as OCI layouts, with nothing from outside: busybox on an empty base.
import { randomBytes, randomUUID } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { run } from './command.ts'
import { type Descriptor, type ManifestJson, mediaTypes, sha256 } from './wire.ts'

export type Layout = {
  directory: string
  /** The tag under which index.json names the image. */
  tag: string
  digest: string
  /** One manifest for each platform. */
  manifests: Descriptor[]
  layers: Descriptor[]
}

export type ForeignLayer = { descriptor: Descriptor; content: Buffer }
type LayoutOptions = {
  platforms?: string[]
  foreign?: ForeignLayer
  /** Bytes that do not compress, in the image's own layer. */
  bulk?: number
  /** What the image runs; what it prints when absent is its own. */
  command?: readonly string[]
}

/** Every layout has a layer of its own, so that no two tests share a digest by chance. */
export async function makeLayout(
  parent: string,
  { platforms = ['amd64'], foreign, bulk = 0, command = ['/bin/busybox', 'cat', '/etc/unique'] }: LayoutOptions = {},
): Promise<Layout> {
  const directory = await mkdtemp(join(parent, 'layout-'))
  await mkdir(join(directory, 'blobs/sha256'), { recursive: true })
  const keep = async (mediaType: string, content: string | Buffer): Promise<Descriptor> => {
    const digest = sha256(content)
    await writeFile(join(directory, 'blobs/sha256', digest.slice('sha256:'.length)), content)
    return { mediaType, digest, size: Buffer.byteLength(content) }
  }
  const tars = [await busyboxTar(), await tarOf({ 'etc/unique': randomUUID(), ...(bulk > 0 && { bulk: randomBytes(bulk) }) })]
  const layers: Descriptor[] = []
  for (const tar of tars) layers.push(await keep('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar)))

  const diffIds = tars.map(sha256)
  if (foreign) {
    await keep(foreign.descriptor.mediaType, foreign.content)
    layers.push(foreign.descriptor)
    diffIds.push(sha256(gunzipSync(foreign.content)))
  }

  const manifests: Descriptor[] = []
  for (const architecture of platforms) {
    const config = {
      architecture,
      os: 'linux',
      config: { Cmd: command, Env: ['PATH=/bin'] },
      rootfs: { type: 'layers', diff_ids: diffIds },
      history: diffIds.map(() => ({ created_by: 'test/clients/images.ts' })),
    }
    const manifest: ManifestJson & { schemaVersion: 2 } = {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: await keep('application/vnd.oci.image.config.v1+json', JSON.stringify(config)),
      layers,
    }
    manifests.push({ ...(await keep(mediaTypes.manifest, JSON.stringify(manifest))), platform: { os: 'linux', architecture } })
  }
  const [only] = manifests
  const top =
    manifests.length === 1 && only
      ? only
      : await keep(mediaTypes.index, JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }))
  const tag = 'v1'
  const named = { ...top, annotations: { 'org.opencontainers.image.ref.name': tag } }
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }))
  await writeFile(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  return { directory, tag, digest: top.digest, manifests, layers }
}

/** A layer that is to be had elsewhere and that clients do not push unless told to. */
export async function makeForeignLayer(mediaType: string): Promise<ForeignLayer> {
  const content = gzipSync(await tarOf({ 'etc/foreign': randomUUID() }))
  const urls = ['https://elsewhere.test/layer.tar.gz']
  return { content, descriptor: { mediaType, digest: sha256(content), size: content.length, urls } }
}

/** A directory with a Dockerfile for the engines that build. */
export async function makeContext(parent: string, dockerfile = contextDockerfile): Promise<{ directory: string; unique: string }> {
  const directory = await mkdtemp(join(parent, 'context-'))
  const unique = randomUUID()
  await copyFile('/bin/busybox', join(directory, 'busybox'))
  await writeFile(join(directory, 'unique'), unique)
  await writeFile(join(directory, 'Dockerfile'), dockerfile)
  return { directory, unique }
}

const contextDockerfile = `FROM scratch
COPY busybox /bin/busybox
COPY unique /etc/unique
CMD ["/bin/busybox", "cat", "/etc/unique"]
`

/** A directory of which docker makes a plugin that nobody starts. */
export async function makePlugin(parent: string): Promise<string> {
  const directory = await mkdtemp(join(parent, 'plugin-'))
  await mkdir(join(directory, 'rootfs'))
  await writeFile(join(directory, 'rootfs', 'unique'), randomUUID())
  const config = {
    description: 'tried by a test',
    entrypoint: ['/none'],
    interface: { types: ['docker.volumedriver/1.0'], socket: 'none.sock' },
    network: { type: 'none' },
    linux: { capabilities: [] },
    mounts: [],
    env: [],
    args: { name: '', description: '', settable: null, value: null },
  }
  await writeFile(join(directory, 'config.json'), JSON.stringify(config))
  return directory
}

let busybox: Promise<Buffer> | undefined
function busyboxTar(): Promise<Buffer> {
  busybox ??= inTree((tree) => mkdir(join(tree, 'bin')).then(() => copyFile('/bin/busybox', join(tree, 'bin/busybox'))))
  return busybox
}

function tarOf(files: Record<string, string | Buffer>): Promise<Buffer> {
  return inTree(async (tree) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(tree, path, '..'), { recursive: true })
      await writeFile(join(tree, path), content)
    }
  })
}

async function inTree(fill: (tree: string) => Promise<void>): Promise<Buffer> {
  const place = await mkdtemp(join(tmpdir(), 'longshore-tree-'))
  try {
    const tree = join(place, 'tree')
    const file = join(place, 'tree.tar')
    await mkdir(tree)
    await fill(tree)
    const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']
    const { code, stderr } = await run('tar', [...same, '-C', tree, '-cf', file, '.'])
    if (code !== 0) throw new Error(stderr)
    return await readFile(file)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
