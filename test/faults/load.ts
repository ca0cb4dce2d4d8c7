// What clients do to a registry without end, until the connection is lost.
import { imageOf } from './image.ts'
import type { Random } from './random.ts'
import type { Scribe } from './scribe.ts'
import type { World } from './world.ts'

export async function pushing(scribe: Scribe, random: Random, repository: string, round: number, largest = 1_500_000): Promise<never> {
  for (let turn = 0; ; turn++) {
    const layers = [random.bytes(random.between(1, 40_000)), random.bytes(random.between(1, largest))]
    const image = await scribe.pushImage(repository, `r${round}-${turn}`, layers)
    await scribe.mount(`${repository}-mounted`, repository, image.blobs[0] ?? '')
  }
}

/** Several move the same tags, so that nobody knows which was last; only that it was one of them. */
export async function retagging(scribe: Scribe, random: Random, { base }: Pick<World, 'base'>): Promise<never> {
  for (;;) {
    const { manifest } = imageOf(base.layers, { at: String(random.between(0, 9)) })
    await scribe.putManifest('library/base', manifest, `moving-${random.between(0, 3)}`)
  }
}

export async function deleting(scribe: Scribe, random: Random, round: number): Promise<never> {
  const repository = 'team/deleted'
  for (let turn = 0; ; turn++) {
    const tag = `r${round}-${turn}`
    const image = await scribe.pushImage(repository, tag, [random.bytes(2000)])
    if (turn % 3 === 0) await scribe.deleteTag(repository, tag)
    if (turn % 3 === 1) await scribe.deleteManifest(repository, image.digest)
    if (turn % 3 === 2) await scribe.deleteBlob(repository, await scribe.pushBlob(repository, random.bytes(2000)))
  }
}
