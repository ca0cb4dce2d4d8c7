import { randomUUID } from 'node:crypto'
import { standingOf } from '#app/identity/standing.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'

/** The name of a secret of somebody's, which tokens carry; one is made when there is none. */
export async function credentialOf(store: MetadataStore, { id: objectId }: { id: string }): Promise<string> {
  const [first] = (await standingOf({ store }, objectId))?.credentials ?? []
  if (first) return first.name
  const none = { name: null, hint: null, certificate: null }
  const secret = { ...none, keyId: randomUUID(), objectId, kind: 'password', hash: randomUUID(), startsAt: 0, endsAt: null } as const
  await store.putSecret({ secret })
  return (await standingOf({ store }, objectId))?.credentials[0]?.name ?? ''
}
