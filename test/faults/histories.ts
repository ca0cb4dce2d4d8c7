// For each failpoint, doings that reach it.
import type { FailpointName } from '#ports/failpoint.ts'
import { imageOf } from './image.ts'
import { seededRandom } from './random.ts'
import type { Scribe } from './scribe.ts'
import type { Settings } from './server.ts'
import { baseLayers, type World } from './world.ts'

export interface History {
  /** Done before, by a server without a failpoint. */
  before?: (scribe: Scribe) => Promise<void>
  /** Done again and again, with a growing number, until the server dies. */
  deed: (scribe: Scribe, turn: number, world: World) => Promise<void>
  /** Settings of the server that dies. */
  settings?: Settings
  /** The hit that takes effect; one deed, or more, is acknowledged before. */
  hit: number
}

const layer = (turn: number, size = 700_000) => seededRandom(turn + 100).bytes(size)

const upload: History = {
  deed: async (scribe, turn) => void (await scribe.pushBlob(`team/upload-${turn}`, layer(turn))),
  hit: 2,
}

/** Of several parts, where they are as small as a bucket may have them. */
const large = (turn: number) => layer(turn, 12_000_000)

/** Enough marks for what lies behind the parts to be put, and put again, and the one before to be forgotten. */
const manyChunks: History = {
  deed: async (scribe, turn) => {
    const session = await scribe.open(`team/chunks-${turn}`, layer(turn))
    for (const end of [200_000, 400_000, 600_000, 700_000]) await scribe.append(session, end)
    await scribe.finish(session)
  },
  hit: 5,
}

/** Another server goes on with parts that the one before has sent. */
const takeOver: History = {
  before: async (scribe) => {
    for (const session of [1, 2, 3]) await scribe.append(await scribe.open('team/taken-over', large(session)), 7_000_000)
  },
  deed: async (scribe) => {
    const session = [...scribe.ledger.sessions].find(({ repository, finishing }) => repository === 'team/taken-over' && !finishing)
    if (!session) return
    await scribe.append(session, session.bytes.length)
    await scribe.finish(session)
  },
  hit: 2,
}

const push: History = {
  deed: async (scribe, turn) => void (await scribe.pushImage('team/push', `v${turn}`, [layer(turn, 5000)])),
  hit: 2,
}

const retag: History = {
  deed: async (scribe, turn) => {
    await scribe.pushImage('team/retag', 'moving', [layer(turn, 5000)])
    await scribe.putManifest('team/retag', imageOf([layer(0, 5000)]).manifest, `another-${turn}`)
  },
  hit: 4,
}

const untag: History = {
  deed: async (scribe, turn) => {
    await scribe.pushImage('team/untag', `v${turn}`, [layer(turn, 5000)])
    await scribe.deleteTag('team/untag', `v${turn}`)
  },
  hit: 2,
}

const remove: History = {
  deed: async (scribe, turn) => {
    const image = await scribe.pushImage('team/remove', `v${turn}`, [layer(turn, 5000)])
    await scribe.putManifest('team/remove', image.manifest, `also-${turn}`)
    await scribe.deleteManifest('team/remove', image.digest)
  },
  hit: 2,
}

const removeBlob: History = {
  deed: async (scribe, turn) => scribe.deleteBlob('team/remove-blob', await scribe.pushBlob('team/remove-blob', layer(turn, 5000))),
  hit: 2,
}

const removeRepository: History = {
  deed: async (scribe, turn) => {
    await scribe.pushImage(`team/gone-${turn}`, 'v1', [layer(turn, 5000)])
    await scribe.deleteRepository(`team/gone-${turn}`)
  },
  settings: { GC_INTERVAL: '1h' },
  hit: 2,
}

const mount: History = {
  deed: async (scribe, turn, { base }) => {
    for (const digest of base.blobs) await scribe.mount(`team/mount-${turn}`, 'library/base', digest)
    await scribe.putManifest(`team/mount-${turn}`, base.manifest, 'v1')
  },
  hit: 5,
}

/** Deletes three images, two of which share a layer with one that stays; the first pass of the next server finds it all. */
const collection: History = {
  before: async (scribe) => {
    for (const turn of [1, 2, 3]) {
      const image = await scribe.pushImage('team/collected', `v${turn}`, [layer(turn, 40_000), baseLayers[0] ?? Buffer.alloc(0)])
      await scribe.deleteManifest('team/collected', image.digest)
      for (const digest of image.blobs) scribe.mayGo('team/collected', digest)
    }
    await scribe.cancel(await scribe.open('team/collected', layer(4)))
    const half = await scribe.open('team/collected', layer(5))
    await scribe.append(half, 300_000)
    await scribe.cancel(half)
    scribe.mayGo('team/other', scribe.ledger.of('blob', 'team/other')[0]?.reference ?? '')
  },
  deed: async () => new Promise((resolve) => setTimeout(resolve, 100)),
  settings: { GC_INTERVAL: '100ms', GC_LEASE: '1s', GC_DELAY: '0ms' },
  hit: 1,
}

/** The failpoints of migrations are reached in migration.ts. */
export const histories = {
  'upload.start.before-commit': upload,
  'upload.start.after-commit': upload,
  'upload.write.block': { ...upload, hit: 3 },
  'upload.append.before-commit': { ...upload, hit: 4 },
  'upload.append.after-commit': { ...upload, hit: 3 },
  'upload.seal.before-sync': upload,
  'upload.seal.before-folder-sync': upload,
  'upload.finish.before-commit': upload,
  'upload.finish.in-transaction': upload,
  'upload.finish.after-commit': upload,
  'upload.cancel.after-commit': {
    deed: async (scribe, turn) => {
      const session = await scribe.open('team/cancel', layer(turn))
      await scribe.append(session, 500_000)
      await scribe.cancel(session)
    },
    hit: 2,
  },
  'bucket.part.after-send': {
    deed: async (scribe, turn) => void (await scribe.pushBlob(`team/large-${turn}`, large(turn))),
    hit: 3,
  },
  'bucket.tail.after-put': manyChunks,
  'bucket.tail.before-delete': manyChunks,
  'bucket.join.after-make': takeOver,
  // The first in one request, the second of parts.
  'bucket.object.after-make': {
    deed: async (scribe, turn) => void (await scribe.pushBlob(`team/whole-${turn}`, turn % 2 === 0 ? layer(turn) : large(turn))),
    hit: 2,
  },
  'mount.in-transaction': mount,
  'mount.after-commit': mount,
  'manifest.put.before-commit': push,
  'manifest.put.in-transaction': push,
  'manifest.put.after-commit': push,
  'tag.move.in-transaction': retag,
  'tag.delete.in-transaction': untag,
  'tag.delete.after-commit': untag,
  'manifest.delete.in-transaction': remove,
  'manifest.delete.after-commit': remove,
  'blob.delete.in-transaction': removeBlob,
  'blob.delete.after-commit': removeBlob,
  'drain.after-step': removeRepository,
  // A server asks for one job of its own when it starts.
  'job.claim.after-commit': { ...removeRepository, hit: 3 },
  'collect.condemn.in-transaction': collection,
  'collect.condemn.after-commit': collection,
  'collect.delete.before-bytes': { ...collection, hit: 2 },
  'collect.delete.after-bytes': { ...collection, hit: 2 },
  'collect.delete.after-commit': collection,
  'serving.turn': { ...push, hit: 20 },
} as const satisfies Record<Exclude<FailpointName, `migration.${string}` | `move.${string}` | `directory.${string}`>, History>
