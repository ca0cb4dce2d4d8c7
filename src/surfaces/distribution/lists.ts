import { isDigest } from '#core/digest.ts'
import { manifestLimit } from '#core/manifest.ts'
import { mediaTypes } from '#core/media-type.ts'
import { cutPage, type Page, usualPage } from '#core/page.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { ReferrerRow } from '#ports/content.ts'
import { unknownName } from '#app/repositories/repositories.ts'
import { nextLink } from '#http/link.ts'
import { apiVersion, json } from './answers.ts'
import type { Context } from './context.ts'
import type { DistributionRequest } from './request.ts'

type Of<Kind> = Extract<DistributionRequest, { kind: Kind }>

export async function listRepositories({ deps, registry, exchange }: Context, { page }: Of<'catalog.list'>): Promise<void> {
  const { items, link } = await takePage(page, '/v2/_catalog', (after, limit) => deps.store.repositories(registry.id, { after, limit }))
  await exchange.send(200, [apiVersion, json, ...link], JSON.stringify({ repositories: items }))
}

export async function listTags({ deps, registry, exchange }: Context, { repository, page }: Of<'tags.list'>): Promise<void> {
  const { items, link } = await takePage(page, `/v2/${repository}/tags/list`, async (after, limit) => {
    const tags = await deps.store.tags(registry.id, repository, { after, limit })
    if (!tags) throw unknownName(repository)
    return tags
  })
  await exchange.send(200, [apiVersion, json, ...link], JSON.stringify({ name: repository, tags: items }))
}

async function takePage(page: Page, path: string, read: (after: string, limit: number) => Promise<string[]>) {
  const n = page.n ?? usualPage
  const { items, last } = cutPage(await read(page.last, n + 1), n)
  return { items, link: last === undefined ? [] : [nextLink(path, { last, n })] }
}

/** A page is an index, so it has no more of the manifests' own text than a manifest may have (distribution-spec, "Listing Referrers"). */
export async function listReferrers(
  { deps, registry, exchange }: Context,
  { repository, digest, artifactType, page }: Of<'referrers.list'>,
): Promise<void> {
  const n = page.n ?? usualPage
  if (page.last !== '' && !isDigest(page.last)) throw new RegistryError('digest-invalid', 'last must be a digest of the page before')
  const { items, more } = await deps.store.referrers(registry.id, repository, digest, {
    artifactType,
    after: page.last,
    limit: n,
    bytes: manifestLimit,
  })
  const last = more ? items.at(-1) : undefined
  const link = last === undefined ? [] : [nextLink(`/v2/${repository}/referrers/${digest}`, { artifactType, n, last: last.digest })]
  const filters = artifactType === undefined ? [] : ([['OCI-Filters-Applied', 'artifactType']] as const)
  await exchange.send(
    200,
    [apiVersion, ['Content-Type', mediaTypes.ociIndex], ...filters, ...link],
    `{"schemaVersion":2,"mediaType":"${mediaTypes.ociIndex}","manifests":[${items.map(descriptorOf).join(',')}]}`,
  )
}

/** As JSON. Annotations are that already: they may be as large as a manifest, and reading them only to write them holds the loop. */
function descriptorOf({ mediaType, digest, size, artifactType, annotations }: ReferrerRow): string {
  const text = JSON.stringify({ mediaType, digest, size, ...(artifactType === null ? {} : { artifactType }) })
  return annotations === null ? text : `${text.slice(0, -1)},"annotations":${annotations}}`
}
