import type { BlobLink } from '#core/blob-link.ts'
import { parseDigest } from '#core/digest.ts'
import { parseRepositoryName } from '#core/reference.ts'
import { decodePath, formatQuery, notFound, splitUrl } from './request-line.ts'

/** Path and query, with the names of a shared access signature: `se` is its end, `sig` the signature. */
export const formatBlobLink = ({ repository, digest, expires, signature }: BlobLink): string =>
  `/${repository}/blobs/${digest}${formatQuery([
    ['se', formatTime(expires)],
    ['sig', signature],
  ])}`

/** The inverse. An end that is missing or not understood has been. Fails with `not-found`, `name-invalid`, `digest-invalid`. */
export function parseBlobLink(url: string): BlobLink {
  const { path, query } = splitUrl(url)
  const [, name, digest] = /^\/(.+)\/blobs\/([^/]+)$/.exec(decodePath(path)) ?? []
  if (name === undefined || digest === undefined) throw notFound()
  return {
    repository: parseRepositoryName(name),
    digest: parseDigest(digest),
    expires: parseTime(query?.get('se') ?? ''),
    signature: query?.get('sig') ?? '',
  }
}

const formatTime = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z')

function parseTime(text: string): number {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? 0 : time
}
