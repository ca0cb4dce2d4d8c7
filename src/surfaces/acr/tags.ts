import type { ListPage, TagAttributes } from '#ports/repository-attributes.ts'
import { type Answer, json } from '#http/answer.ts'
import type { OfKind } from '#http/surface.ts'
import { preconditionOf } from '#http/conditions.ts'
import { readChange } from './change.ts'
import { type Context, visit } from './context.ts'
import { linkTo, takePage } from './pages.ts'
import type { AcrRequest } from './request.ts'
import { formatTime } from './times.ts'

type Of<Kind> = OfKind<AcrRequest, Kind>

export async function listTagAttributes(context: Context, request: Of<'tags.list'>): Promise<Answer> {
  const { repository, digest } = request
  const read = (page: ListPage) => context.metadata.tags(visit(context, repository), { ...page, digest })
  const { items, next } = await takePage(request.page, (tag) => tag.name, read)
  const link = next ? [linkTo({ ...request, page: next })] : []
  return json(200, { registry: context.loginServer, imageName: repository, tags: items.map(formatTag) }, link)
}

export async function getTag(context: Context, { repository, tag }: Of<'tag.get'>): Promise<Answer> {
  return answerWith(context, repository, await context.metadata.tag(visit(context, repository), tag))
}

export async function changeTag(context: Context, { repository, tag }: Of<'tag.update'>): Promise<Answer> {
  const change = await readChange(context.http)
  return answerWith(context, repository, await context.metadata.updateTag(visit(context, repository), tag, change))
}

const answerWith = ({ loginServer }: Context, repository: string, tag: TagAttributes): Answer =>
  json(200, { registry: loginServer, imageName: repository, tag: formatTag(tag) })

const formatTag = ({ name, digest, createdAt, updatedAt, attributes }: TagAttributes) => ({
  name,
  digest,
  createdTime: formatTime(createdAt),
  lastUpdateTime: formatTime(updatedAt),
  signed: false,
  changeableAttributes: attributes,
})

export async function removeTag(context: Context, { repository, tag }: Of<'tag.delete'>): Promise<Answer> {
  await context.metadata.untag(visit(context, repository), tag, preconditionOf(context.http))
  return { status: 202 }
}
