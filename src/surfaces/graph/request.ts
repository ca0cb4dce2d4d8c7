import { notAvailable } from '#core/feature.ts'
import { RegistryError } from '#core/registry-error.ts'
import { withHead } from '#http/request-line.ts'
import {
  type ApplicationBody,
  type GroupBody,
  parseApplication,
  parseAddPassword,
  parseGroup,
  parseGroupIds,
  parseIds,
  parseReference,
  parseRemovePassword,
  parseServicePrincipal,
  parseUser,
  type PrincipalBody,
  type UserBody,
} from './bodies.ts'
import { parseQuery, type Query } from './query.ts'

export type Collection = 'users' | 'groups' | 'applications' | 'servicePrincipals'

/** How an object is named: by its id (a user's principal name too), or by the id of its application. */
export type Key = { by: 'id' | 'appId'; value: string }

type Keyed = { key: Key }
export type Secretive = 'applications' | 'servicePrincipals'
/** Whose groups are asked for. */
export type Member = { collection: Collection; key: Key } | 'me' | { id: string }

export type GraphRequest =
  | { kind: 'me'; query: Query }
  | { kind: 'organization.list' }
  | { kind: 'list'; collection: Collection; query: Query; parameters: URLSearchParams }
  | ({ kind: 'get'; collection: Collection; query: Query } & Keyed)
  | ({ kind: 'delete'; collection: Collection } & Keyed)
  | { kind: 'user.create'; body: UserBody }
  | ({ kind: 'user.update'; body: UserBody } & Keyed)
  | { kind: 'group.create'; body: GroupBody }
  | ({ kind: 'group.update'; body: GroupBody } & Keyed)
  | { kind: 'application.create'; body: ApplicationBody }
  | ({ kind: 'application.update'; body: ApplicationBody } & Keyed)
  | { kind: 'principal.create'; body: PrincipalBody }
  | ({ kind: 'principal.update'; body: PrincipalBody } & Keyed)
  | ({ kind: 'password.add'; collection: Secretive; body: ReturnType<typeof parseAddPassword> } & Keyed)
  | ({ kind: 'password.remove'; collection: Secretive; keyId: string } & Keyed)
  | ({ kind: 'owners.list'; collection: Collection } & Keyed)
  | { kind: 'owned.list' }
  | ({ kind: 'members.list'; query: Query; parameters: URLSearchParams } & Keyed)
  | ({ kind: 'member.add'; memberId: string } & Keyed)
  | ({ kind: 'member.remove'; memberId: string } & Keyed)
  | { kind: 'groups.of'; member: Member; form: 'objects' | 'ids'; direct: boolean; query: Query }
  | { kind: 'groups.check'; member: Member; groupIds: readonly string[] }
  | { kind: 'object.get'; id: string; query: Query }
  | { kind: 'objects.by-ids'; ids: readonly string[]; types: readonly string[] | undefined }

const collections: Readonly<Record<string, Collection>> = {
  users: 'users',
  groups: 'groups',
  applications: 'applications',
  serviceprincipals: 'servicePrincipals',
}

/**
 * Reads a request of `/graph/v1.0/` or `/graph/beta/`. Names of collections have no case, as in Graph.
 * Fails with `not-found`, `method-unsupported`, `request-invalid`, `unsupported`, `feature-unavailable`.
 */
export function parseGraphRequest(method: string, url: string, body: () => unknown): GraphRequest {
  const mark = url.indexOf('?')
  const parameters = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
  const path = segmentsOf(mark === -1 ? url : url.slice(0, mark))
  const on = <Value>(methods: Readonly<Record<string, () => Value>>): Value => {
    const asked = method === 'HEAD' ? 'GET' : method
    const found = Object.hasOwn(methods, asked) ? methods[asked] : undefined
    if (found) return found()
    const allowed = withHead(Object.keys(methods))
    throw new RegistryError(
      'method-unsupported',
      `The method ${method.slice(0, 20)} is not allowed here: expected ${allowed.join(', ')}.`,
      {
        allowed,
      },
    )
  }
  const [first, second, third, fourth] = path
  const name = first?.name.toLowerCase() ?? ''
  const word = (segment: Segment | undefined) => (segment?.key === undefined ? (segment?.name.toLowerCase() ?? '') : '')
  const collection = Object.hasOwn(collections, name) ? collections[name] : undefined
  if (collection && first) {
    const rest = first.key === undefined ? path.slice(2) : path.slice(1)
    const key = first.key ?? (second && keyFrom(second))
    if (!key)
      return on<GraphRequest>({
        GET: () => ({ kind: 'list', collection, query: parseQuery(parameters), parameters }),
        POST: () => created(collection, body()),
      })
    return onObject({ collection, key, rest, word, on, parameters, body })
  }
  if (name === 'me') {
    if (path.length === 1) return on<GraphRequest>({ GET: () => ({ kind: 'me', query: parseQuery(parameters) }) })
    if (path.length === 2 && word(second) === 'ownedobjects') return on<GraphRequest>({ GET: () => ({ kind: 'owned.list' }) })
    if (path.length === 2) return ofMember('me', word(second), { on, parameters, body })
  }
  if (name === 'directory') throw notAvailable(`directory/${second?.name ?? ''}`)
  if (name === 'organization' && path.length === 1) return on<GraphRequest>({ GET: () => ({ kind: 'organization.list' }) })
  if (name === 'directoryobjects' && second) {
    if (word(second) === 'getbyids' || word(second) === 'microsoft.graph.getbyids')
      return on<GraphRequest>({ POST: () => ({ kind: 'objects.by-ids', ...parseIds(body()) }) })
    const { value: id } = keyFrom(second)
    if (!third) return on<GraphRequest>({ GET: () => ({ kind: 'object.get', id, query: parseQuery(parameters) }) })
    if (!fourth) return ofMember({ id }, word(third), { on, parameters, body })
  }
  throw nothing()
}

interface Segment {
  name: string
  /** What stood in parentheses behind the name. */
  key: Key | undefined
}

interface Asked {
  on: <Value>(methods: Readonly<Record<string, () => Value>>) => Value
  parameters: URLSearchParams
  body: () => unknown
}

function onObject(
  asked: Asked & { collection: Collection; key: Key; rest: readonly Segment[]; word: (segment: Segment | undefined) => string },
): GraphRequest {
  const { collection, key, rest, word, on, parameters, body } = asked
  const [first, second, third] = rest
  const what = word(first)
  const isSecretive = collection === 'applications' || collection === 'servicePrincipals'
  if (!first)
    return on<GraphRequest>({
      GET: () => ({ kind: 'get', collection, key, query: parseQuery(parameters) }),
      PATCH: () => updated(collection, key, body()),
      DELETE: () => ({ kind: 'delete', collection, key }),
    })
  if (isSecretive && rest.length === 1 && what === 'addpassword')
    return on<GraphRequest>({ POST: () => ({ kind: 'password.add', collection, key, body: parseAddPassword(body()) }) })
  if (isSecretive && rest.length === 1 && what === 'removepassword')
    return on<GraphRequest>({ POST: () => ({ kind: 'password.remove', collection, key, keyId: parseRemovePassword(body()) }) })
  if (what === 'owners') {
    if (rest.length === 1 && collection !== 'users') return on<GraphRequest>({ GET: () => ({ kind: 'owners.list', collection, key }) })
    throw new RegistryError('unsupported', 'Owners are not kept: who may change the directory is told by roles at the scope "/".')
  }
  if (collection === 'groups' && what === 'members') {
    if (rest.length === 1)
      return on<GraphRequest>({ GET: () => ({ kind: 'members.list', key, query: parseQuery(parameters), parameters }) })
    if (rest.length === 2 && word(second) === '$ref')
      return on<GraphRequest>({ POST: () => ({ kind: 'member.add', key, memberId: parseReference(body()) }) })
    if (rest.length === 3 && second && word(third) === '$ref')
      return on<GraphRequest>({ DELETE: () => ({ kind: 'member.remove', key, memberId: keyFrom(second).value }) })
  }
  if (rest.length === 1 && collection !== 'applications') return ofMember({ collection, key }, what, asked)
  throw nothing()
}

function ofMember(member: Member, what: string, { on, parameters, body }: Asked): GraphRequest {
  const query = () => parseQuery(parameters)
  switch (what.replace(/^microsoft\.graph\./, '')) {
    case 'memberof':
      return on<GraphRequest>({ GET: () => ({ kind: 'groups.of', member, form: 'objects', direct: true, query: query() }) })
    case 'transitivememberof':
      return on<GraphRequest>({ GET: () => ({ kind: 'groups.of', member, form: 'objects', direct: false, query: query() }) })
    case 'getmembergroups':
    case 'getmemberobjects':
      return on<GraphRequest>({ POST: () => ({ kind: 'groups.of', member, form: 'ids', direct: false, query: query() }) })
    case 'checkmembergroups':
      return on<GraphRequest>({ POST: () => ({ kind: 'groups.check', member, groupIds: parseGroupIds(body()) }) })
    default:
      throw nothing()
  }
}

function created(collection: Collection, body: unknown): GraphRequest {
  if (collection === 'users') return { kind: 'user.create', body: parseUser(body, 'create') }
  if (collection === 'groups') return { kind: 'group.create', body: parseGroup(body, 'create') }
  if (collection === 'applications') return { kind: 'application.create', body: parseApplication(body, 'create') }
  return { kind: 'principal.create', body: parseServicePrincipal(body, 'create') }
}

function updated(collection: Collection, key: Key, body: unknown): GraphRequest {
  if (collection === 'users') return { kind: 'user.update', key, body: parseUser(body, 'update') }
  if (collection === 'groups') return { kind: 'group.update', key, body: parseGroup(body, 'update') }
  if (collection === 'applications') return { kind: 'application.update', key, body: parseApplication(body, 'update') }
  return { kind: 'principal.update', key, body: parseServicePrincipal(body, 'update') }
}

function segmentsOf(path: string): Segment[] {
  // A client may write the version's slash twice when its endpoint ends with one.
  const parts = path
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '')
    .split('/')
    .slice(1)
  if (parts[0]?.toLowerCase() !== 'graph' || !['v1.0', 'beta'].includes(parts[1]?.toLowerCase() ?? '') || parts.length < 3) throw nothing()
  return parts.slice(2).map(segmentOf)
}

function segmentOf(part: string): Segment {
  let text: string
  try {
    text = decodeURIComponent(part)
  } catch {
    throw new RegistryError('request-invalid', 'the URL is not percent-encoded as it should be')
  }
  const [, name, inside] = /^([A-Za-z]+)\((.*)\)$/s.exec(text) ?? []
  if (name === undefined || inside === undefined) return { name: text, key: undefined }
  const [, appId] = /^appId\s*=\s*'((?:[^']|'')*)'$/i.exec(inside) ?? []
  if (appId !== undefined) return { name, key: { by: 'appId', value: appId.replaceAll("''", "'") } }
  const [, quoted] = /^'((?:[^']|'')*)'$/.exec(inside) ?? []
  return { name, key: { by: 'id', value: quoted === undefined ? inside : quoted.replaceAll("''", "'") } }
}

const keyFrom = ({ name, key }: Segment): Key => {
  if (key) throw nothing()
  return { by: 'id', value: name }
}

const nothing = () => new RegistryError('not-found', 'Resource not found for the segment: nothing is served under this URL.')
