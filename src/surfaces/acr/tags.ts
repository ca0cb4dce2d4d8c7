import type { ListPage, TagAttributes } from '#ports/repository-attributes.ts'
import { listTags, showTag, untag, updateTag } from '#app/repositories/tags.ts'
import { preconditionOf } from '#http/conditions.ts'
import { formatTime, commonHeaders, sendJson } from './answers.ts'
import { readChange } from './change.ts'
import type { Context } from './context.ts'
import { linkTo, takePage } from './pages.ts'
import type { AcrRequest } from './request.ts'

type Of<Kind> = Extract<AcrRequest, { kind: Kind }>

export async function listTagAttributes({ deps, registry, loginServer, exchange }: Context, request: Of<'tags.list'>): Promise<void> {
  const { repository, digest } = request
  const read = (page: ListPage) => listTags(deps, registry, repository, { ...page, digest })
  const { items, next } = await takePage(request.page, (tag) => tag.name, read)
  const link = next ? [linkTo({ ...request, page: next })] : []
  await sendJson(exchange, 200, { registry: loginServer, imageName: repository, tags: items.map(told) }, link)
}

export async function getTag(context: Context, { repository, tag }: Of<'tag.get'>): Promise<void> {
  await sendTag(context, repository, await showTag(context.deps, context.registry, repository, tag))
}

export async function changeTag(context: Context, { repository, tag }: Of<'tag.update'>): Promise<void> {
  const change = await readChange(context.exchange)
  await sendTag(context, repository, await updateTag(context.deps, context.registry, repository, tag, change))
}

const sendTag = ({ exchange, loginServer }: Context, repository: string, tag: TagAttributes): Promise<void> =>
  sendJson(exchange, 200, { registry: loginServer, imageName: repository, tag: told(tag) })

const told = ({ name, digest, createdAt, updatedAt, attributes }: TagAttributes) => ({
  name,
  digest,
  createdTime: formatTime(createdAt),
  lastUpdateTime: formatTime(updatedAt),
  signed: false,
  changeableAttributes: attributes,
})

export async function removeTag({ deps, registry, exchange }: Context, { repository, tag }: Of<'tag.delete'>): Promise<void> {
  await untag(deps, registry, repository, tag, preconditionOf(exchange))
  await exchange.send(202, commonHeaders)
}
