import type { Explained } from '#core/maintenance.ts'
import { sizeOf } from './size.ts'
import type { Words } from './words.ts'

/** In sentences: is it held, by what, until when; and where its bytes are on their way. */
export function explanation(say: Words, { registry, digest, held, objects, links, manifests, stored }: Explained): string {
  const isKnown = objects.length + links.length + manifests.length + stored.length > 0
  if (!isKnown) return `${say('explain.unknown', { digest, registry })}\n`
  const isHere = objects.length + links.length + stored.length > 0
  const lines = [say(held ? 'explain.held' : isHere ? 'explain.free' : 'explain.absent', { digest, registry })]
  for (const { repository, tags } of stored)
    lines.push(tags.length > 0 ? say('explain.tagged', { repository, tags: tags.join(', ') }) : say('explain.untagged', { repository }))
  // A digest that is here both as a blob and as a manifest is named once.
  for (const line of new Set(manifests.map(({ repository, manifest }) => say('explain.named', { repository, manifest })))) lines.push(line)
  for (const { repository, leaseUntil, leaseOver, reviewAfter } of links) {
    lines.push(leaseOver ? say('explain.lease-over', { repository, leaseUntil }) : say('explain.lease', { repository, leaseUntil }))
    if (reviewAfter) lines.push(say('explain.review', { repository, reviewAfter }))
  }
  for (const { objectId, state, size, condemnedAt, deletedAfter } of objects) {
    const bytes = sizeOf(say, size)
    lines.push(
      condemnedAt && deletedAfter
        ? say('explain.condemned', { objectId, bytes, condemnedAt, deletedAfter })
        : say('explain.object', { objectId, bytes, state }),
    )
  }
  return `${lines.join('\n')}\n`
}
