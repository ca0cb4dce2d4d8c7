import { RegistryError } from '#core/registry-error.ts'

/** The forms in which clients read under which names a cloud is reached. */
export type DiscoveryForm = 'endpoints' | 'clouds' | 'cloud'

export interface DiscoveryRequest {
  kind: 'endpoints'
  form: DiscoveryForm
}

/** Whether a path is ours; clients put it behind an endpoint that may end with a slash. */
export const isDiscoveryPath = (path: string): boolean => /^\/+metadata\//i.test(path)

const known: Readonly<Record<string, DiscoveryForm>> = { '2015-01-01': 'endpoints', '2019-05-01': 'clouds', '2022-09-01': 'cloud' }
const versions = Object.keys(known).sort()

/**
 * Reads `GET /metadata/endpoints?api-version=…`.
 * Fails with `not-found`, `method-unsupported`, `request-invalid`.
 */
export function parseDiscovery(method: string, url: string): DiscoveryRequest {
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  if (!/^\/+metadata\/+endpoints\/*$/i.test(path)) throw new RegistryError('not-found', 'known under /metadata/ is /metadata/endpoints')
  if (method !== 'GET' && method !== 'HEAD')
    throw new RegistryError('method-unsupported', 'the endpoints are read with GET', { allowed: ['GET', 'HEAD'] })
  return { kind: 'endpoints', form: formOf(new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))) }
}

/** As an unknown date of ARM: the nearest earlier form, and the first one for what is before it. */
function formOf(query: URLSearchParams): DiscoveryForm {
  const [, version] = [...query].find(([name]) => name.toLowerCase() === 'api-version') ?? []
  const date = /^(\d{4}-\d{2}-\d{2})(?:-preview)?$/.exec(version ?? '')?.[1]
  if (date === undefined)
    throw new RegistryError('request-invalid', `api-version is missing or not a date: known are ${versions.join(', ')}`)
  return known[versions.findLast((each) => each <= date) ?? ''] ?? 'endpoints'
}
