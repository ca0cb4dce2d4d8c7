import { createHash } from 'node:crypto'
import type { Digest } from '#core/digest.ts'
import { hour } from './world.ts'

/** What the registry must show, kept in plain maps: no objects, no references counted, no queue. */
export interface ExpectedManifest {
  digest: Digest
  bytes: Buffer
  mediaType: string
  blobs: readonly Digest[]
  /** Of an index. */
  children: readonly Digest[]
  subject: Digest | undefined
}

export interface ExpectedUpload {
  id: string
  content: Buffer
  /** Acknowledged bytes, and how many more a broken request brought that this process still has. */
  size: number
  beyond: number
  expiresAt: number
}

export class ExpectedRepository {
  /** Until when the link is held. */
  readonly leases = new Map<Digest, number>()
  readonly manifests = new Map<Digest, ExpectedManifest>()
  readonly tags = new Map<string, Digest>()
  readonly uploads = new Map<string, ExpectedUpload>()

  names(digest: Digest): boolean {
    return [...this.manifests.values()].some((each) => each.blobs.includes(digest))
  }

  link(digest: Digest, now: number): void {
    this.leases.set(digest, Math.max(this.leases.get(digest) ?? 0, now + 24 * hour))
  }

  /** A positive answer holds what it speaks of. */
  ask(digest: Digest, now: number): void {
    const lease = this.leases.get(digest)
    // Each lease that was given lasts a day; one that was given five minutes ago covers this answer too.
    if (lease !== undefined && now - (lease - 24 * hour) >= hour / 12) this.link(digest, now)
  }

  /** The manifest and all that refers to it, however far. */
  withReferrers(digest: Digest): Set<Digest> {
    const going = new Set([digest])
    for (let before = 0; before !== going.size; ) {
      before = going.size
      for (const each of this.manifests.values()) if (each.subject && going.has(each.subject)) going.add(each.digest)
    }
    return going
  }

  /** Whether something that goes with it would be missing from an index that a tag reaches and that stays. */
  isNeeded(digest: Digest): boolean {
    const going = this.withReferrers(digest)
    const reached = new Set([...this.tags.values()].filter((each) => !going.has(each)))
    for (const each of reached)
      for (const child of this.manifests.get(each)?.children ?? []) {
        if (going.has(child)) return true
        reached.add(child)
      }
    return false
  }

  removeManifest(digest: Digest, now: number): void {
    const blobs = new Set<Digest>()
    for (const each of this.withReferrers(digest)) {
      for (const blob of this.manifests.get(each)?.blobs ?? []) blobs.add(blob)
      this.manifests.delete(each)
      for (const [tag, target] of this.tags) if (target === each) this.tags.delete(tag)
    }
    // An hour, and what lies between two answers that are written: then nobody relies on what only it named.
    for (const blob of blobs) {
      const lease = this.leases.get(blob) ?? 0
      if (lease > now && now - (lease - 24 * hour) >= hour + hour / 12 && !this.names(blob)) this.leases.set(blob, now)
    }
  }

  /** What nothing holds any more goes. */
  collect(now: number): void {
    for (const [digest, lease] of this.leases) if (lease <= now && !this.names(digest)) this.leases.delete(digest)
    for (const [id, upload] of this.uploads) if (upload.expiresAt < now) this.uploads.delete(id)
  }
}

export const digestOf = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest
