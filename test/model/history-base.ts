import assert from 'node:assert/strict'
import type { Digest } from '#core/digest.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'
import type { Failure } from '#core/registry-error.ts'
import type { Registry } from '#ports/registries.ts'
import { digestOf, type ExpectedManifest, ExpectedRepository } from './expected.ts'
import { admin, type World } from './world.ts'
import { chance } from './chance.ts'

export const repositories = ['a', 'team/b', 'c'] as RepositoryName[]
export const tags = ['latest', 'v1', 'v2'] as Tag[]
/** Of several blocks, and of several parts where a bucket's are as small as they may be. */
const manyBlocks = Array.from({ length: 100_000 }, (_, number) => number).join(' ')
export const contents = ['', '{}', 'config', 'one layer', 'another layer', 'x'.repeat(2000), manyBlocks].map((text) => Buffer.from(text))
export const unknownDigest = digestOf(Buffer.from('never pushed'))

export async function* bodyOf(bytes: Uint8Array, pieces = 1): AsyncIterable<Uint8Array> {
  const size = Math.max(1, Math.ceil(bytes.length / pieces))
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** What a random history of a registry stands on: the world, what it must show, and how chance picks. */
export class HistoryBase {
  readonly trace: string[] = []
  readonly world: World
  readonly registry: Registry
  readonly random: (below: number) => number
  expected = new Map<RepositoryName, ExpectedRepository>()
  /** Every manifest that was ever made, so that what is gone can be asked for. */
  readonly made = new Map<Digest, ExpectedManifest>()
  /** Digests of which the bytes were found damaged: their links stand, and nobody reads them until the next push. */
  readonly damaged = new Set<Digest>()

  constructor(world: World, registry: Registry, seed: number) {
    this.world = world
    this.registry = registry
    this.random = chance(seed)
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.random(items.length)] as Item
  }

  of(name: RepositoryName): ExpectedRepository {
    let repository = this.expected.get(name)
    if (!repository) this.expected.set(name, (repository = new ExpectedRepository()))
    return repository
  }

  get now(): number {
    return this.world.clock.now()
  }

  say(...what: unknown[]): void {
    this.trace.push(`${this.trace.pop() ?? ''} ${what.map(String).join(' ')}`)
  }

  async refused(failure: Failure, work: Promise<unknown>): Promise<void> {
    await assert.rejects(work, { name: 'RegistryError', failure })
  }

  address(name: RepositoryName, uploadId: string) {
    return { registry: this.registry, name, uploadId, principalId: admin.id }
  }
}
