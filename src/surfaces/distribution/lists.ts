import { isDigest } from '#core/digest.ts'
import { manifestLimit } from '#core/manifest.ts'
import { mediaTypes } from '#core/media-type.ts'
import { cutPage, type Page, usualPage } from '#http/page.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { ReferrerRow } from '#ports/content.ts'
import { type Answer, json } from '#http/answer.ts'
import type { OfKind } from '#http/surface.ts'
import { nextLink } from '#http/link.ts'
import { type Context, visit } from './context.ts'
import type { DistributionRequest } from './request.ts'

type Of<Kind> = OfKind<DistributionRequest, Kind>

export async function listRepositories({ distribution, registry, caller }: Context, { page }: Of<'catalog.list'>): Promise<Answer> {
  const { items, link } = await takePage(page, '/v2/_catalog', (after, limit) =>
    distribution.repositories({ registry, caller }, { after, limit }),
  )
  return json(200, { repositories: items }, link)
}

export async function listTags(context: Context, { repository, page }: Of<'tags.list'>): Promise<Answer> {
  const { items, link } = await takePage(page, `/v2/${repository}/tags/list`, (after, limit) =>
    context.distribution.tags(visit(context, repository), { after, limit }),
  )
  return json(200, { name: repository, tags: items }, link)
}

async function takePage(page: Page, path: string, read: (after: string, limit: number) => Promise<string[]>) {
  const n = page.n ?? usualPage
  const { items, last } = cutPage(await read(page.last, n + 1), n)
  return { items, link: last === undefined ? [] : [nextLink(path, { last, n })] }
}

/** A page is an index, so it has no more of the manifests' own text than a manifest may have (distribution-spec, "Listing Referrers"). */
export async function listReferrers(context: Context, { repository, digest, artifactType, page }: Of<'referrers.list'>): Promise<Answer> {
  const n = page.n ?? usualPage
  if (page.last !== '' && !isDigest(page.last)) throw new RegistryError('digest-invalid', 'last must be a digest of the page before')
  const { items, more } = await context.distribution.referrers(visit(context, repository), {
    digest,
    artifactType,
    after: page.last,
    limit: n,
    bytes: manifestLimit,
  })
  const last = more ? items.at(-1) : undefined
  const link = last === undefined ? [] : [nextLink(`/v2/${repository}/referrers/${digest}`, { artifactType, n, last: last.digest })]
  const filters = artifactType === undefined ? [] : ([['OCI-Filters-Applied', 'artifactType']] as const)
  return {
    status: 200,
    headers: [['Content-Type', mediaTypes.ociIndex], ...filters, ...link],
    body: `{"schemaVersion":2,"mediaType":"${mediaTypes.ociIndex}","manifests":[${items.map(descriptorOf).join(',')}]}`,
  }
}

/** As JSON. Annotations are that already: they may be as large as a manifest, and reading them only to write them holds the loop. */
function descriptorOf({ mediaType, digest, size, artifactType, annotations }: ReferrerRow): string {
  const text = JSON.stringify({ mediaType, digest, size, ...(artifactType === null ? {} : { artifactType }) })
  return annotations === null ? text : `${text.slice(0, -1)},"annotations":${annotations}}`
}
