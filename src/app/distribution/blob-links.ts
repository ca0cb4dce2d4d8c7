import type { BlobLink } from '#core/blob-link.ts'
import { addressRefused } from '#core/failures.ts'
import { isAdmitted } from '#core/network-rules.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { ContentCommands, ContentReads, LinkedBlob } from '#ports/content.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { findBlob } from './blobs.ts'

/** As long as Azure's: enough to begin a download; one that has begun goes on. */
export const linkLife = 20 * 60 * 1000

/** A link to what `findBlob` found for somebody who may read it. */
export function linkTo(
  { links, clock }: Pick<Deps, 'clock' | 'links'>,
  registry: Registry,
  { repository, digest }: Pick<BlobLink, 'repository' | 'digest'>,
): BlobLink {
  const expires = Math.ceil((clock.now() + linkLife) / 1000) * 1000
  return { repository, digest, expires, signature: links.sign(signedText(registry, { repository, digest, expires })) }
}

/**
 * What a link leads to, for whoever has it. What changed since it was made counts: the repository must still have the blob,
 * and the registry's network rules must let the address in. Fails with `denied`, `address-refused`, `blob-unknown`, `locked`.
 */
export async function followLink(
  deps: Pick<Deps, 'clock' | 'settings' | 'unleased' | 'links'> & { store: ContentCommands & ContentReads },
  registry: Registry,
  link: BlobLink,
  address: string,
): Promise<LinkedBlob> {
  if (!isAdmitted(registry.network, address)) throw addressRefused(address)
  if (!deps.links.verify(signedText(registry, link), link.signature)) throw refused('signature')
  if (link.expires <= deps.clock.now()) throw refused('expired')
  return findBlob(deps, registry, link.repository, link.digest)
}

// A registry's id is given once: a link leads nowhere in the next registry of its name.
const signedText = ({ id }: Registry, { repository, digest, expires }: Omit<BlobLink, 'signature'>): string =>
  JSON.stringify(['blob', id, repository, digest, expires])

const refused = (because: 'signature' | 'expired') => new RegistryError('denied', 'the link is not good, or not any more', { because })
