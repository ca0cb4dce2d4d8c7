import { preconditionFailed } from '#core/failures.ts'
import { type EntityTag, holdsMatch, holdsNoneMatch, type Precondition } from '#core/precondition.ts'
import type { HttpRequest } from './http-request.ts'

/**
 * What a request makes its success depend on. Nothing here has a date of change, so conditions on dates say nothing
 * (RFC 9110 §13.1.3, §13.1.4), and are not read.
 */
export function preconditionOf(http: Pick<HttpRequest, 'method' | 'header'>): Precondition | undefined {
  const match = parseTags(http.header('if-match'))
  const noneMatch = parseTags(http.header('if-none-match'))
  return match === undefined && noneMatch === undefined
    ? undefined
    : { ...(match === undefined ? {} : { match }), ...(noneMatch === undefined ? {} : { noneMatch }) }
}

/** A list of entity tags; some clients leave the quotes out. */
function parseTags(header: string | undefined): '*' | EntityTag[] | undefined {
  if (header === undefined) return undefined
  if (header.trim() === '*') return '*'
  return [...header.matchAll(/(W\/)?(?:"([^"]*)"|([^",\s]+))/g)].map(([, weak, quoted, bare]) => ({
    value: quoted ?? bare ?? '',
    weak: weak !== undefined,
  }))
}

/**
 * Whether who reads has this representation already: then 304 and no more (RFC 9110 §13.2.2).
 * Fails with `precondition-failed`.
 */
export function isKnownToReader(http: Pick<HttpRequest, 'method' | 'header'>, etag: string): boolean {
  const precondition = preconditionOf(http)
  if (!precondition) return false
  if (!holdsMatch(precondition, etag)) throw preconditionFailed(etag)
  return !holdsNoneMatch(precondition, etag)
}

/** The ranges that a GET asks for, where what it has parts of is still this representation (RFC 9110 §13.1.5, §14.2). */
export function rangeOf(http: Pick<HttpRequest, 'method' | 'header'>, etag: string): string | undefined {
  if (http.method !== 'GET') return undefined
  const parts = http.header('if-range')
  return parts === undefined || parts.trim() === `"${etag}"` ? http.header('range') : undefined
}
