import { unknownUpload } from '#core/failures.ts'
import { type Algorithm, type Digest, parseAlgorithm, parseDigest } from '#core/digest.ts'
import { type Page, parsePage } from '#http/page.ts'
import {
  formatReference,
  parseReference,
  parseRepositoryName,
  parseTag,
  type Reference,
  type RepositoryName,
  type Tag,
} from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import { asRead, chooseMethod, decodePath, formatQuery, notFound, splitUrl } from '#http/request-line.ts'

/** Everything that can be asked of `/v2/`. OCI distribution-spec, "Endpoints" (end-1 to end-13); the comments name them. */
export type DistributionRequest =
  | { kind: 'ping' } // end-1
  | { kind: 'catalog.list'; page: Page }
  | { kind: 'blob.get' | 'blob.head'; repository: RepositoryName; digest: Digest } // end-2
  | { kind: 'blob.delete'; repository: RepositoryName; digest: Digest } // end-10
  | { kind: 'manifest.get' | 'manifest.head'; repository: RepositoryName; reference: Reference } // end-3
  | { kind: 'manifest.put'; repository: RepositoryName; reference: Reference; tags: readonly Tag[] } // end-7
  | { kind: 'manifest.delete'; repository: RepositoryName; reference: Reference } // end-9
  | {
      kind: 'upload.start' // end-4a, end-4b, end-11
      repository: RepositoryName
      digest?: Digest
      algorithm?: Algorithm
      mount?: { digest: Digest; from?: RepositoryName }
    }
  | {
      kind: 'upload.append' | 'upload.status' | 'upload.cancel' // end-5, 13, 14
      repository: RepositoryName
      uploadId: string
      /** Bytes that the session had when this URL was given out. */
      offset?: number
    }
  | {
      kind: 'upload.finish' // end-6
      repository: RepositoryName
      uploadId: string
      offset?: number
      digest: Digest
    }
  | { kind: 'tags.list'; repository: RepositoryName; page: Page } // end-8
  | { kind: 'referrers.list'; repository: RepositoryName; digest: Digest; artifactType?: string; page: Page } // end-12

type Kind = DistributionRequest['kind']
const one = chooseMethod<DistributionRequest>

/**
 * Reads a request line. `url` is the raw one: what it decodes to must be in its normal form.
 * Fails with `name-invalid`, `tag-invalid`, `digest-invalid`, `page-invalid`, `method-unsupported`, `not-found`, `request-invalid`.
 */
export function parseRequest(method: string, url: string): DistributionRequest {
  const { path, query } = splitUrl(url)
  if (path === '/v2/' || path === '/v2') return one(method, { GET: { kind: 'ping' }, HEAD: { kind: 'ping' } })
  if (!path.startsWith('/v2/')) throw notFound()
  const rest = asRead(method, decodePath(path.slice(4)))
  if (rest === '_catalog') return one(method, { GET: () => ({ kind: 'catalog.list', page: parsePage(query) }) })
  return parseInRepository(method, rest, query)
}

// The part behind the name decides; a name may hold any of the words itself, so the last one counts.
function parseInRepository(method: string, rest: string, query: URLSearchParams | undefined): DistributionRequest {
  const uploads = /^(.*)\/blobs\/uploads(?:\/([^/]*))?$/.exec(rest)
  if (uploads) {
    const [, name = '', uploadId = ''] = uploads
    return uploadId === ''
      ? one(method, { POST: () => parseUploadStart(name, query) })
      : parseUpload(method, parseRepositoryName(name), uploadId, query)
  }
  const match = /^(.*)\/(manifests|blobs|referrers|tags)\/([^/]*)$/.exec(rest)
  if (!match) throw notFound()
  const [, name = '', area, last = ''] = match
  const repository = () => parseRepositoryName(name)
  if (area === 'tags') {
    if (last !== 'list') throw notFound()
    return one(method, {
      GET: () => ({ kind: 'tags.list', repository: repository(), page: parsePage(query) }),
    })
  }
  if (area === 'referrers')
    return one(method, {
      GET: () => {
        const artifactType = query?.get('artifactType')
        return {
          kind: 'referrers.list',
          repository: repository(),
          digest: parseDigest(last),
          page: parsePage(query),
          ...(artifactType ? { artifactType } : {}),
        }
      },
    })
  if (area === 'blobs') {
    const of = (kind: 'blob.get' | 'blob.head' | 'blob.delete') => () => ({ kind, repository: repository(), digest: parseDigest(last) })
    return one(method, { GET: of('blob.get'), HEAD: of('blob.head'), DELETE: of('blob.delete') })
  }
  const of = (kind: 'manifest.get' | 'manifest.head' | 'manifest.delete') => () => ({
    kind,
    repository: repository(),
    reference: parseReference(last),
  })
  return one(method, {
    GET: of('manifest.get'),
    HEAD: of('manifest.head'),
    DELETE: of('manifest.delete'),
    PUT: () => ({
      kind: 'manifest.put',
      repository: repository(),
      reference: parseReference(last),
      tags: parseTags(query),
    }),
  })
}

function parseUploadStart(name: string, query: URLSearchParams | undefined): DistributionRequest {
  const digest = query?.get('digest')
  const algorithm = query?.get('digest-algorithm')
  const mount = query?.get('mount')
  const from = query?.get('from')
  return {
    kind: 'upload.start',
    repository: parseRepositoryName(name),
    ...(digest ? { digest: parseDigest(digest) } : {}),
    ...(algorithm ? { algorithm: parseAlgorithm(algorithm) } : {}),
    ...(mount ? { mount: { digest: parseDigest(mount), ...(from ? { from: parseRepositoryName(from) } : {}) } } : {}),
  }
}

function parseUpload(
  method: string,
  repository: RepositoryName,
  uploadId: string,
  query: URLSearchParams | undefined,
): DistributionRequest {
  // Ids and offsets are ours; anything else names no session.
  if (!/^[0-9a-f-]{36}$/.test(uploadId)) throw unknownUpload()
  const { offset, digest } = parseSessionQuery(query)
  const session = { repository, uploadId, ...(offset === undefined ? {} : { offset }) }
  return one(method, {
    PATCH: { kind: 'upload.append', ...session },
    GET: { kind: 'upload.status', ...session },
    DELETE: { kind: 'upload.cancel', ...session },
    PUT: () => ({ kind: 'upload.finish', ...session, digest: parseDigest(digest ?? '') }),
  })
}

/** The `offset` of a `Location`, and the digest that a client added to it: with `&`, or with a second `?` where it did not look. */
function parseSessionQuery(query: URLSearchParams | undefined): { offset?: number; digest: string | null | undefined } {
  const text = query?.get('offset')
  const digest = query?.get('digest')
  if (text === null || text === undefined) return { digest }
  const [, offset, added] = /^(0|[1-9][0-9]{0,14})(?:\?digest=(.*))?$/.exec(text) ?? []
  if (offset === undefined) throw unknownUpload()
  return { offset: Number(offset), digest: added ?? digest }
}

const mostTags = 100

function parseTags(query: URLSearchParams | undefined): readonly Tag[] {
  const tags = query?.getAll('tag') ?? []
  if (tags.length > mostTags) throw new RegistryError('request-invalid', `a manifest may be pushed with up to ${mostTags} tags at once`)
  return tags.map(parseTag)
}

const methods: Readonly<Record<Kind, string>> = {
  ping: 'GET',
  'catalog.list': 'GET',
  'blob.get': 'GET',
  'blob.head': 'HEAD',
  'blob.delete': 'DELETE',
  'manifest.get': 'GET',
  'manifest.head': 'HEAD',
  'manifest.put': 'PUT',
  'manifest.delete': 'DELETE',
  'upload.start': 'POST',
  'upload.append': 'PATCH',
  'upload.status': 'GET',
  'upload.cancel': 'DELETE',
  'upload.finish': 'PUT',
  'tags.list': 'GET',
  'referrers.list': 'GET',
}

/** The inverse of `parseRequest`; `Location` headers and the client are written with it. */
export function formatRequest(request: DistributionRequest): { method: string; url: string } {
  return { method: methods[request.kind], url: formatUrl(request) }
}

export function formatUrl(request: DistributionRequest): string {
  switch (request.kind) {
    case 'ping':
      return '/v2/'
    case 'catalog.list':
      return `/v2/_catalog${formatQuery(pageQuery(request.page))}`
    case 'tags.list':
      return `/v2/${request.repository}/tags/list${formatQuery(pageQuery(request.page))}`
    case 'referrers.list':
      return `/v2/${request.repository}/referrers/${request.digest}${formatQuery([['artifactType', request.artifactType], ...pageQuery(request.page)])}`
    case 'blob.get':
    case 'blob.head':
    case 'blob.delete':
      return `/v2/${request.repository}/blobs/${request.digest}`
    case 'manifest.get':
    case 'manifest.head':
    case 'manifest.delete':
      return `/v2/${request.repository}/manifests/${formatReference(request.reference)}`
    case 'manifest.put':
      return `/v2/${request.repository}/manifests/${formatReference(request.reference)}${formatQuery(request.tags.map((tag) => ['tag', tag]))}`
    case 'upload.start':
      return `/v2/${request.repository}/blobs/uploads/${formatQuery([
        ['digest', request.digest],
        ['digest-algorithm', request.algorithm],
        ['mount', request.mount?.digest],
        ['from', request.mount?.from],
      ])}`
    case 'upload.finish':
      return `/v2/${request.repository}/blobs/uploads/${request.uploadId}${formatQuery([['digest', request.digest]])}`
    default:
      return `/v2/${request.repository}/blobs/uploads/${request.uploadId}${formatQuery([['offset', request.offset?.toString()]])}`
  }
}

const pageQuery = (page: Page): [string, string | undefined][] => [
  ['n', page.n === undefined ? undefined : String(page.n)],
  ['last', page.last === '' ? undefined : page.last],
]
