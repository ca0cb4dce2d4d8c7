import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { fillDatabase } from '../../bench/size/fill.ts'
import { names, repositoryName, sizesOf, tagName } from '../../bench/size/plan.ts'
import type { Sink } from '../../bench/size/sinks.ts'
import { pushImage } from './content.ts'
import { json, send } from './send.ts'
import { type Flags, Server } from './server.ts'

const sizes = sizesOf(2000)

/** A database, for a server and past it. */
export interface GeneratedPlace {
  flags: Flags
  sink(dataDir: string): Sink | Promise<Sink>
  open(dataDir: string): MetadataStore | Promise<MetadataStore>
}

/** A registry that was generated past the server is one that the server could have made. */
export function generatedTests(name: string, place: () => Promise<GeneratedPlace>): void {
  test(`a generated registry on ${name}: usage is what a recount finds, its lists are whole, its images come, and go`, async () => {
    const { flags, sink, open } = await place()
    const server = await Server.start(flags)
    const { dataDir } = server
    await pushImage(server, 'seed', 'v1')
    await server.down()
    await fillDatabase(await sink(dataDir), sizes, Date.now())

    const store = await open(dataDir)
    const registry = (await store.registries()).find((each) => each.name === 'local')
    assert.ok(registry)
    assert.deepEqual(await store.usage(registry.id), await store.recomputedUsage(registry.id))
    await store.close()

    await server.up()
    const listed = async (path: string, key: 'repositories' | 'tags') => {
      const found: string[] = []
      for (let more = true; more; ) {
        const answer = await send(server, 'GET', `${path}?n=1000&last=${found.at(-1) ?? ''}`)
        assert.equal(answer.status, 200)
        const page = json<Record<string, string[]>>(answer)[key] ?? []
        found.push(...page)
        more = page.length === 1000
      }
      return found
    }
    const repositories = await listed('/v2/_catalog', 'repositories')
    assert.equal(repositories.length, sizes.repositories + 1)
    assert.deepEqual(repositories, repositories.toSorted())
    assert.equal((await listed(`/v2/${names.tagged}/tags/list`, 'tags')).length, sizes.tagged)
    let manifests = 0
    for (const each of repositories) {
      const answer = await send(server, 'GET', `/acr/v1/${each}`)
      manifests += json<{ manifestCount: number }>(answer).manifestCount
    }
    assert.equal(manifests, sizes.manifests + 1)

    for (const [repository, tag] of [
      [names.tagged, tagName(3)],
      [repositoryName(7), tagName(1)],
    ] as const) {
      const pulled = await send(server, 'GET', `/v2/${repository}/manifests/${tag}`)
      assert.equal(pulled.status, 200)
      const { config, layers } = json<{ config: { digest: string }; layers: { digest: string }[] }>(pulled)
      for (const { digest } of [config, ...layers])
        assert.equal((await send(server, 'GET', `/v2/${repository}/blobs/${digest}`)).status, 200)
    }
    for (const each of [names.untagged, repositoryName(7)]) assert.equal((await send(server, 'DELETE', `/acr/v1/${each}`)).status, 202)
    await pushImage(server, repositoryName(7), 'again')
    await server.down()
    const left = await open(dataDir)
    while ((await left.drainRepositories({ now: Date.now(), limit: 200 })) > 0);
    const { used } = await left.usage(registry.id)
    assert.equal(used, (await left.recomputedUsage(registry.id)).used)
    await left.close()
    await server.stop()
  })
}
