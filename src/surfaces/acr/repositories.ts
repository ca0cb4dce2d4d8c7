import { cutPage, usualPage } from '#http/page.ts'
import type { RepositoryAttributes } from '#ports/repository-attributes.ts'
import { type Answer, json } from '#http/answer.ts'
import type { OfKind } from '#http/surface.ts'
import { readChange } from './change.ts'
import { type Context, visit } from './context.ts'
import { linkTo } from './pages.ts'
import type { AcrRequest } from './request.ts'
import { formatTime } from './times.ts'

type Of<Kind> = OfKind<AcrRequest, Kind>

export async function listRepositories({ metadata, registry, caller }: Context, { kind, page }: Of<'catalog.list'>): Promise<Answer> {
  const n = page.n ?? usualPage
  const { items, last } = cutPage(await metadata.repositories({ registry, caller }, { after: page.last, limit: n + 1 }), n)
  const link = last === undefined ? [] : [linkTo({ kind, page: { n, last } })]
  // ACR's empty list.
  return json(200, { repositories: items.length > 0 ? items : null }, link)
}

export async function getRepository(context: Context, { repository }: Of<'repository.get'>): Promise<Answer> {
  return answerWith(context, await context.metadata.repository(visit(context, repository)))
}

export async function changeRepository(context: Context, { repository }: Of<'repository.update'>): Promise<Answer> {
  const change = await readChange(context.http)
  return answerWith(context, await context.metadata.updateRepository(visit(context, repository), change))
}

const answerWith = ({ loginServer }: Context, repository: RepositoryAttributes): Answer =>
  json(200, {
    registry: loginServer,
    imageName: repository.name,
    createdTime: formatTime(repository.createdAt),
    lastUpdateTime: formatTime(repository.updatedAt),
    manifestCount: repository.manifests,
    tagCount: repository.tags,
    changeableAttributes: repository.attributes,
  })

export async function removeRepository(context: Context, { repository }: Of<'repository.delete'>): Promise<Answer> {
  const { manifests, tags } = await context.metadata.deleteRepository(visit(context, repository))
  return json(202, { manifestsDeleted: manifests, tagsDeleted: tags })
}
