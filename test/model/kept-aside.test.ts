// What is kept aside: backup and restore; what each asks, where it stops, and what it tells.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { backUp, eachObject } from '#app/maintenance/backup.ts'
import { restore } from '#app/maintenance/restore.ts'
import { scripted } from './scripted.ts'

const now = 1_800_000_000_000
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const many = <Each>(count: number, each: (index: number) => Each) => Array.from({ length: count }, (_, index) => each(index))
const stopped = AbortSignal.abort()

test('a backup takes what it names, tells what is missing, and leaves nothing of one that failed', async () => {
  const objects = [
    { objectId: 'o1', storageKey: 'k1', size: 5, digest: digestOf('1') },
    { objectId: 'o2', storageKey: 'k2', size: 7, digest: digestOf('2') },
    { objectId: 'o3', storageKey: 'k3', size: 9, digest: digestOf('3') },
  ]
  const how: Record<string, string> = { k1: 'linked', k2: 'copied', k3: 'missing' }
  const small = (index: number, text = `${index}`) => ({ objectId: `s${index}`, digest: digestOf(`${index}`), bytes: Buffer.from(text) })
  const made = async ({ aborted = false, pages = [many(500, (index) => small(index)), [small(500, 'x')]] as object[][] } = {}) => {
    const copy = scripted({
      objects: [objects],
      smallObjects: pages,
      manifestBodies: [[{ registryId: 1, digest: digestOf('m'), bytes: Buffer.from('n') }]],
    })
    const writer = {
      factsPath: '/f',
      addObject: async (key: string) => how[key],
      finish: async (manifest: object) => manifest,
      abandon: async () => void log.push('abandoned'),
    }
    const log: string[] = []
    const facts = {
      copyTo: async () =>
        Object.assign(
          Object.create(null),
          { schemaVersion: 3, counts: { tags: 2 } },
          Object.fromEntries(
            ['objects', 'smallObjects', 'manifestBodies', 'quarantine', 'close'].map((verb) => [
              verb,
              (copy.store as Record<string, unknown>)[verb],
            ]),
          ),
        ),
    }
    const pauseCollection = async (work: () => Promise<unknown>) => (log.push('paused'), work())
    const deps = { clock: { now: () => now }, facts, folders: { create: async () => writer }, pauseCollection }
    const result = await backUp(deps as never, '/to', aborted ? stopped : undefined).catch((error: { reason?: string }) => error.reason)
    return { result, log, copy }
  }
  const { result, log, copy } = await made()
  assert.deepEqual(result, {
    formatVersion: 1,
    schemaVersion: 3,
    createdAt: new Date(now).toISOString(),
    tags: 2,
    objects: 2,
    bytes: 12,
    path: '/to',
    linked: 1,
    copied: 1,
    missing: [digestOf('3')],
    damaged: [digestOf('m'), digestOf('500')],
  })
  assert.deepEqual([log, copy.of('quarantine'), copy.names().at(-1)], [['paused'], [['o3']], 'close'])
  assert.deepEqual(
    copy.of('smallObjects').map(({ after }) => after),
    ['', 's499'],
  )
  const cut = await made({ aborted: true })
  assert.deepEqual([cut.result, cut.log, cut.copy.names().at(-1)], ['interrupted', ['paused', 'abandoned'], 'close'])
})

test('objects are gone through a few at a time, page by page; a failure stops all and is told once they have', async () => {
  const page = many(500, (index) => ({ objectId: `o${index}` }))
  const copy = scripted({ objects: [page, [{ objectId: 'p' }]] })
  let [atOnce, most, done] = [0, 0, 0]
  await eachObject(copy.store, undefined, async () => {
    most = Math.max(most, ++atOnce)
    await pause(0)
    atOnce--
    done++
  })
  assert.deepEqual([most, done, copy.of('objects').map(({ after }) => after)], [4, 501, ['', 'o499']])
  let begun = 0
  const failing = eachObject(scripted({ objects: [page] }).store, undefined, async () => {
    begun++
    await pause(1)
    throw new Error(`n ${begun}`)
  })
  await assert.rejects(failing, /n 4/)
  assert.equal(begun, 4)
})

test('a restore looks at everything before it writes, and refuses what is newer or damaged', async () => {
  const objects = [
    { objectId: 'o1', storageKey: 'k1', size: 5, digest: digestOf('1') },
    { objectId: 'o2', storageKey: 'k2', size: 7, digest: digestOf('2') },
  ]
  const restored = async ({
    format = 1,
    schema = 3,
    inside = 3,
    damagedFiles = [] as string[],
    sizes = [5, 7],
    digests = [digestOf('1'), digestOf('2')],
    body = 'm',
    verify = true,
  } = {}) => {
    const copy = scripted({
      objects: [objects, objects],
      smallObjects: [[]],
      manifestBodies: [[{ registryId: 1, digest: digestOf('m'), bytes: Buffer.from(body) }]],
    })
    const target = scripted()
    const at = (key: string) => Number(key.slice(1)) - 1
    const backup = {
      manifest: { formatVersion: format, schemaVersion: schema },
      factsPath: '/f',
      damagedFiles: async () => damagedFiles,
      sizeOf: async (key: string) => sizes[at(key)],
      digestOf: async (key: string) => digests[at(key)],
    }
    const opened = Object.assign(
      { schemaVersion: inside, counts: { tags: 2 } },
      Object.fromEntries(
        ['objects', 'smallObjects', 'manifestBodies', 'close'].map((verb) => [verb, (copy.store as Record<string, unknown>)[verb]]),
      ),
    )
    const folders = { open: async () => backup, restoreTarget: async () => target.store }
    const result = await restore({ facts: { schemaVersion: 3, open: async () => opened }, folders } as never, '/from', { verify }).catch(
      (error: { reason?: string; detail?: unknown }) => [error.reason, error.detail],
    )
    return { result, wrote: target.names(), closed: copy.names().includes('close') }
  }
  const whole = await restored()
  assert.deepEqual(whole.result, { formatVersion: 1, schemaVersion: 3, tags: 2, objects: 2, bytes: 12, path: '/from', verified: true })
  assert.deepEqual([whole.wrote, whole.closed], [['takeObject', 'takeObject', 'finish', 'close'], true])
  const newer = (what: string, found: number, newest: number) => ['backup-newer', { path: '/from', what, found, newest }]
  assert.deepEqual((await restored({ format: 2 })).result, newer('format', 2, 1))
  assert.deepEqual((await restored({ schema: 4 })).result, newer('schema', 4, 3))
  const inside = await restored({ inside: 4 })
  assert.deepEqual([inside.result, inside.closed, inside.wrote], [newer('schema', 4, 3), true, []])
  const damaged = (bad: number, example: string) => ['backup-damaged', { path: '/from', bad, example }]
  assert.deepEqual((await restored({ damagedFiles: ['a', 'b'] })).result, damaged(2, 'a'))
  for (const verify of [true, false]) {
    const short = await restored({ sizes: [5, 6], verify })
    assert.deepEqual([short.result, short.wrote], [damaged(1, digestOf('2')), ['close']])
    const other = await restored({ digests: [digestOf('2'), digestOf('2')], body: 'n', verify })
    assert.deepEqual(verify ? other.result : other.wrote.length, verify ? damaged(2, digestOf('1')) : 4)
  }
})
