import { RegistryError } from '#core/registry-error.ts'

export type AdminRequest = { kind: 'alive' | 'ready' | 'metrics' }

const pages: Readonly<Record<string, AdminRequest>> = {
  '/healthz': { kind: 'alive' },
  '/readyz': { kind: 'ready' },
  '/metrics': { kind: 'metrics' },
}

/** Fails with `method-unsupported`, `not-found`. */
export function parseRequest(method: string, url: string): AdminRequest {
  if (method !== 'GET' && method !== 'HEAD') throw new RegistryError('method-unsupported', 'only GET', { allowed: ['GET', 'HEAD'] })
  const page = Object.hasOwn(pages, url) ? pages[url] : undefined
  if (page) return page
  throw new RegistryError('not-found', 'known are /healthz, /readyz and /metrics')
}
