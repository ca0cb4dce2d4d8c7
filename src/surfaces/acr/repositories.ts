import { cutPage, usualPage } from '#core/page.ts'
import type { RepositoryAttributes } from '#ports/repository-attributes.ts'
import { deleteRepository, showRepository, updateRepository } from '#app/repositories/repositories.ts'
import { formatTime, sendJson } from './answers.ts'
import { readChange } from './change.ts'
import type { Context } from './context.ts'
import { linkTo } from './pages.ts'
import type { AcrRequest } from './request.ts'

type Of<Kind> = Extract<AcrRequest, { kind: Kind }>

export async function listRepositories({ deps, registry, exchange }: Context, { kind, page }: Of<'catalog.list'>): Promise<void> {
  const n = page.n ?? usualPage
  const { items, last } = cutPage(await deps.store.repositories(registry.id, { after: page.last, limit: n + 1 }), n)
  const link = last === undefined ? [] : [linkTo({ kind, page: { n, last } })]
  // ACR's empty list.
  await sendJson(exchange, 200, { repositories: items.length > 0 ? items : null }, link)
}

export async function getRepository(context: Context, { repository }: Of<'repository.get'>): Promise<void> {
  await sendRepository(context, await showRepository(context.deps, context.registry, repository))
}

export async function changeRepository(context: Context, { repository }: Of<'repository.update'>): Promise<void> {
  const change = await readChange(context.exchange)
  await sendRepository(context, await updateRepository(context.deps, context.registry, repository, change))
}

const sendRepository = ({ exchange, loginServer }: Context, repository: RepositoryAttributes): Promise<void> =>
  sendJson(exchange, 200, {
    registry: loginServer,
    imageName: repository.name,
    createdTime: formatTime(repository.createdAt),
    lastUpdateTime: formatTime(repository.updatedAt),
    manifestCount: repository.manifests,
    tagCount: repository.tags,
    changeableAttributes: repository.attributes,
  })

export async function removeRepository({ deps, registry, exchange }: Context, { repository }: Of<'repository.delete'>): Promise<void> {
  const { manifests, tags } = await deleteRepository(deps, registry, repository)
  await sendJson(exchange, 202, { manifestsDeleted: manifests, tagsDeleted: tags })
}
