import { type Digest, parseDigest } from '#core/digest.ts'
import { notAvailable } from '#core/feature.ts'
import { parsePage } from '#http/page.ts'
import { parseRepositoryName, parseTag, type RepositoryName, type Tag } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import { asRead, chooseMethod, decodePath, formatQuery, notFound, splitUrl } from '#http/request-line.ts'
import type { ListOrder, ListPosition } from '#ports/repository-attributes.ts'

/** A page of tags or manifests: what comes after one of them, in an order, at most `n`. */
export interface OrderedPage {
  n: number | undefined
  order: ListOrder
  after: ListPosition | undefined
}

/** Everything that can be asked of `/acr/v1/` (ACR data plane, 2021-07-01). */
export type AcrRequest =
  | { kind: 'catalog.list'; page: { n: number | undefined; last: string } }
  | { kind: 'repository.get' | 'repository.update' | 'repository.delete'; repository: RepositoryName }
  | { kind: 'tags.list'; repository: RepositoryName; digest?: Digest; page: OrderedPage }
  | { kind: 'tag.get' | 'tag.update' | 'tag.delete'; repository: RepositoryName; tag: Tag }
  | { kind: 'manifests.list'; repository: RepositoryName; page: OrderedPage }
  | { kind: 'manifest.get' | 'manifest.update'; repository: RepositoryName; digest: Digest }

type Kind = AcrRequest['kind']

/** What ACR has here and we do not have yet. */
const features = [
  [/^_deleted(?:\/|$)/, 'soft delete'],
  [/\/_streaming(?:\/|$)/, 'artifact streaming'],
  [/\/_operations(?:\/|$)/, 'artifact streaming'],
  [/(?:^|\/)_metadata\/_query$/, 'metadata search'],
] as const
const one = chooseMethod<AcrRequest>
const prefix = '/acr/v1/'

/**
 * Reads a request line; parameters that it does not know (`api-version`, the catalog's `orderby`) mean nothing to it.
 * Fails with `name-invalid`, `tag-invalid`, `digest-invalid`, `page-invalid`, `method-unsupported`, `not-found`, `request-invalid`,
 * `feature-unavailable`.
 */
export function parseRequest(method: string, url: string): AcrRequest {
  const { path, query } = splitUrl(url)
  if (!path.startsWith(prefix)) throw notFound()
  const rest = asRead(method, decodePath(path.slice(prefix.length)))
  if (rest === '_catalog') return one(method, { GET: () => ({ kind: 'catalog.list', page: parsePage(query) }) })
  const feature = features.find(([form]) => form.test(rest))
  if (feature) throw notAvailable(feature[1])
  // No part of a repository's name begins with "_".
  const match = /^([^_].*?)(?:\/(_tags|_manifests)(?:\/([^/]+))?)?$/.exec(rest)
  const [, name = '', area, item] = match ?? []
  if (!match || name.includes('/_')) throw notFound()
  const repository = () => parseRepositoryName(name)
  if (area === undefined) {
    const of = (kind: 'repository.get' | 'repository.update' | 'repository.delete') => () => ({ kind, repository: repository() })
    return one(method, { GET: of('repository.get'), PATCH: of('repository.update'), DELETE: of('repository.delete') })
  }
  if (item === undefined)
    return one(method, {
      GET: () =>
        area === '_tags'
          ? { kind: 'tags.list', repository: repository(), ...parseFilter(query), page: parseOrderedPage(query) }
          : { kind: 'manifests.list', repository: repository(), page: parseOrderedPage(query) },
    })
  if (area === '_tags') {
    const of = (kind: 'tag.get' | 'tag.update' | 'tag.delete') => () => ({ kind, repository: repository(), tag: parseTag(item) })
    return one(method, { GET: of('tag.get'), PATCH: of('tag.update'), DELETE: of('tag.delete') })
  }
  const of = (kind: 'manifest.get' | 'manifest.update') => () => ({ kind, repository: repository(), digest: parseDigest(item) })
  return one(method, { GET: of('manifest.get'), PATCH: of('manifest.update') })
}

/** The methods of a URL, whatever state it is in. */
export function methodsOf(url: string): readonly string[] {
  try {
    parseRequest('OPTIONS', url)
  } catch (error) {
    if (error instanceof RegistryError && Array.isArray(error.detail.allowed)) return error.detail.allowed as string[]
  }
  return []
}

function parseFilter(query: URLSearchParams | undefined): { digest?: Digest } {
  const digest = query?.get('digest')
  return digest ? { digest: parseDigest(digest) } : {}
}

function parseOrderedPage(query: URLSearchParams | undefined): OrderedPage {
  const { n, last } = parsePage(query)
  const order = parseOrder(query?.get('orderby') ?? '')
  return { n, order, after: parsePosition(last, order) }
}

function parseOrder(text: string): ListOrder {
  const order = text.toLowerCase()
  if (order === '' || order === 'none') return 'name'
  if (order === 'timeasc' || order === 'timedesc') return order
  throw new RegistryError('request-invalid', 'orderby must be timeasc, timedesc or nothing', { orderby: text.slice(0, 40) })
}

// In an order of time the place is "<time>&<name>", as ACR writes it too; clients that page by themselves give the name alone.
function parsePosition(last: string, order: ListOrder): ListPosition | undefined {
  if (last === '') return undefined
  const place = order === 'name' ? undefined : /^([0-9]{1,15})&(.+)$/s.exec(last)
  return place ? { key: place[2] ?? '', updatedAt: Number(place[1]) } : { key: last }
}

export const formatPosition = ({ key, updatedAt }: ListPosition): string => (updatedAt === undefined ? key : `${updatedAt}&${key}`)

const methods: Readonly<Record<Kind, string>> = {
  'catalog.list': 'GET',
  'repository.get': 'GET',
  'repository.update': 'PATCH',
  'repository.delete': 'DELETE',
  'tags.list': 'GET',
  'tag.get': 'GET',
  'tag.update': 'PATCH',
  'tag.delete': 'DELETE',
  'manifests.list': 'GET',
  'manifest.get': 'GET',
  'manifest.update': 'PATCH',
}

/** The inverse of `parseRequest`. */
export const formatRequest = (request: AcrRequest): { method: string; url: string } => ({
  method: methods[request.kind],
  url: formatUrl(request),
})

/** A list's parameters come in ACR's order, `orderby` also when it is empty: clients look for `last` as the first one. */
export function formatUrl(request: AcrRequest): string {
  switch (request.kind) {
    case 'catalog.list':
      return `${prefix}_catalog${listQuery(request.page.last, request.page.n, 'name')}`
    case 'tags.list':
      return `${prefix}${request.repository}/_tags${pageQuery(request.page, request.digest)}`
    case 'manifests.list':
      return `${prefix}${request.repository}/_manifests${pageQuery(request.page)}`
    case 'tag.get':
    case 'tag.update':
    case 'tag.delete':
      return `${prefix}${request.repository}/_tags/${request.tag}`
    case 'manifest.get':
    case 'manifest.update':
      return `${prefix}${request.repository}/_manifests/${request.digest}`
    default:
      return `${prefix}${request.repository}`
  }
}

const pageQuery = ({ n, order, after }: OrderedPage, digest?: Digest): string =>
  listQuery(after ? formatPosition(after) : '', n, order, digest)

const listQuery = (last: string, n: number | undefined, order: ListOrder, digest?: Digest): string =>
  formatQuery([
    ['last', last === '' ? undefined : last],
    ['n', n === undefined ? undefined : String(n)],
    ['orderby', order === 'name' ? '' : order],
    ['digest', digest],
  ])
