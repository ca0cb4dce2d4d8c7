import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { type Bytes, hour, image, indexOf, name, type Put, Scene } from '#ports/metadata-scene.contract.ts'
import { usageHolds } from '#ports/metadata-usage.contract.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let server: PostgresServer
before(async () => {
  server = await startPostgres()
})
after(() => server.stop())

const writers = 8
const rounds = 12
const bases = ['base one', 'base two', 'base three']

async function deadlocks(url: string): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ deadlocks: string }>('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()')
    return Number(rows[0]?.deadlocks)
  } finally {
    await client.end()
  }
}

/** Base layers in another order each time, a layer of its own, and both of its tags. */
async function pushImage(scene: Scene, writer: number, round: number): Promise<Put> {
  const own = name(`team/app${writer}`)
  const order = [...bases.keys()].map((each) => bases[(each + writer + round) % bases.length] ?? '')
  const layers: Bytes[] = []
  for (const base of order) layers.push(await scene.push(own, base))
  const config = await scene.push(own, `config of ${writer} in ${round}`)
  const pushed = image({ config, layers: [...layers, await scene.push(own, `layer of ${writer} in ${round}`)] })
  await scene.put(own, pushed, 'latest', `v${round}`)
  return pushed
}

/** All into one repository, which a collector and deletes are at work in too. */
async function pushShared(scene: Scene, writer: number, round: number): Promise<void> {
  const shared = name('team/shared')
  for (const base of bases.toReversed())
    await scene.mount(shared, name(`team/app${writer}`), await scene.push(name(`team/app${writer}`), base))
  const config = await scene.push(shared, `shared config ${round}`)
  const layers = await Promise.all(bases.map((base) => scene.push(shared, base)))
  const pushed = image({ config, layers })
  await scene.put(shared, pushed, `r${round}`)
  await scene.put(shared, indexOf([pushed]), 'index')
}

test('eight writers that share base layers, with deletes and a collector, never wait for each other in a circle', async () => {
  const url = await server.database()
  const store = await openPostgresStore({ url, connections: writers })
  try {
    const scene = await Scene.open(store)
    const write = async (writer: number): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        const pushed = await pushImage(scene, writer, round)
        await pushShared(scene, writer, round)
        if (round % 3 === writer % 3) await scene.deleteManifest(name(`team/app${writer}`), pushed)
        if (round % 4 === 3) {
          scene.now += hour
          await scene.condemn(50)
        }
      }
    }
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
    await usageHolds(store, scene.registryId)
    const { manifests } = await store.counts(scene.registryId)
    assert.equal(manifests, writers * (rounds - rounds / 3) + 2 * rounds)
  } finally {
    await store.close()
  }
  assert.equal(await deadlocks(url), 0)
})

test('a manifest that names what comes at the same moment counts it, whichever of the two is first', async () => {
  const store = await openPostgresStore({ url: await server.database(), connections: writers })
  try {
    const scene = await Scene.open(store)
    for (let round = 0; round < 20; round++) {
      const repository = name(`race${round % 4}`)
      const [config, layer] = [`config ${round}`, `layer ${round}`].map((text) => ({ text, size: text.length }))
      const parts = await Promise.all([config, layer].map((part) => scene.push(name('elsewhere'), part?.text ?? '')))
      const pushed = image({ config: parts[0] as Bytes, layers: [parts[1] as Bytes] })
      await Promise.all([
        scene.putSparse('all', repository, pushed, 'latest'),
        scene.push(repository, config?.text ?? ''),
        scene.push(repository, layer?.text ?? ''),
        scene.putSparse('index', repository, indexOf([pushed]), 'index'),
      ])
      await usageHolds(store, scene.registryId)
      await scene.deleteManifest(repository, indexOf([pushed]))
      await scene.deleteManifest(repository, pushed)
      await usageHolds(store, scene.registryId)
    }
  } finally {
    await store.close()
  }
})
