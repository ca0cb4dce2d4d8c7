import { isDigest } from '#core/digest.ts'
import { mediaTypes } from '#core/media-type.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { ReferrerRow } from '#ports/metadata-store.ts'
import { nextLink } from '#http/link.ts'
import { apiVersion, json } from './answers.ts'
import type { Context } from './context.ts'
import { type DistributionRequest, largestPage, type Page } from './request.ts'

type Of<Kind> = Extract<DistributionRequest, { kind: Kind }>

/** Without `n`, a list comes in pages of this size (ACR's). */
const usualPage = 100
/** Referrers come in larger ones: few clients page them. */
const referrersPage = 100

export async function listRepositories({ deps, registry, exchange }: Context, { page }: Of<'catalog.list'>): Promise<void> {
  const { items, link } = await takePage(page, '/v2/_catalog', (after, limit) => deps.store.repositories(registry.id, { after, limit }))
  await exchange.send(200, [apiVersion, json, ...link], JSON.stringify({ repositories: items }))
}

export async function listTags({ deps, registry, exchange }: Context, { repository, page }: Of<'tags.list'>): Promise<void> {
  const { items, link } = await takePage(page, `/v2/${repository}/tags/list`, async (after, limit) => {
    const tags = await deps.store.tags(registry.id, repository, { after, limit })
    if (!tags) throw new RegistryError('name-unknown', 'repository name not known to registry', { name: repository })
    return tags
  })
  await exchange.send(200, [apiVersion, json, ...link], JSON.stringify({ name: repository, tags: items }))
}

/** One more than the page is asked for: it tells whether there is a next one. */
async function takePage(page: Page, path: string, read: (after: string, limit: number) => Promise<string[]>) {
  const n = page.n ?? usualPage
  const found = await read(page.last, n + 1)
  const items = found.slice(0, n)
  const last = items.at(-1)
  const link = found.length > n && last !== undefined ? [nextLink(path, { last, n })] : []
  return { items, link }
}

export async function listReferrers(
  { deps, registry, exchange }: Context,
  { repository, digest, artifactType, page }: Of<'referrers.list'>,
): Promise<void> {
  const n = Math.min(page.n ?? referrersPage, largestPage)
  if (page.last !== '' && !isDigest(page.last)) throw new RegistryError('digest-invalid', 'last must be a digest of the page before')
  const found = await deps.store.referrers(registry.id, repository, digest, { artifactType, after: page.last, limit: n + 1 })
  const rows = found.slice(0, n)
  const last = rows.at(-1)?.digest
  const more = found.length > n && last !== undefined
  const link = more ? [nextLink(`/v2/${repository}/referrers/${digest}`, { artifactType, n, last })] : []
  const filters = artifactType === undefined ? [] : ([['OCI-Filters-Applied', 'artifactType']] as const)
  await exchange.send(
    200,
    [apiVersion, ['Content-Type', mediaTypes.ociIndex], ...filters, ...link],
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: rows.map(descriptorOf) }),
  )
}

const descriptorOf = ({ mediaType, digest, size, artifactType, annotations }: ReferrerRow) => ({
  mediaType,
  digest,
  size,
  ...(artifactType === null ? {} : { artifactType }),
  ...(annotations === null ? {} : { annotations: JSON.parse(annotations) as Record<string, string> }),
})
