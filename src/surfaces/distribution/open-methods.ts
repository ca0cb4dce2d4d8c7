import type { Registry } from '#ports/registries.ts'
import type { Deps } from '#app/deps.ts'
import { type OpenDeeds, openDeeds } from '#app/repositories/open-deeds.ts'
import { RegistryError } from '#core/registry-error.ts'
import { allowedBy } from '#http/failure.ts'
import { type DistributionRequest, parseRequest } from './request.ts'

/** The methods of a URL, whatever state it is in. */
function methodsOf(url: string): readonly string[] {
  try {
    parseRequest('OPTIONS', url)
  } catch (error) {
    if (error instanceof RegistryError) return allowedBy(error.detail) ?? []
  }
  return []
}

/** `Allow` of an operation that is disallowed here and now: the methods that stay open (RFC 9110 §10.2.1). */
export async function openMethods(
  deps: Pick<Deps, 'store'>,
  registry: Registry,
  request: DistributionRequest,
  asked: { method: string; url: string },
): Promise<readonly string[]> {
  const closed = asked.method === 'GET' || asked.method === 'HEAD' ? ['GET', 'HEAD'] : [asked.method]
  const left = methodsOf(asked.url).filter((each) => !closed.includes(each))
  if (!('repository' in request)) return left
  const reference = 'reference' in request ? request.reference : undefined
  const open = await openDeeds(deps, registry, request.repository, reference).catch(() => ({ read: true, write: true, delete: true }))
  const ofUpload = request.kind.startsWith('upload.')
  return left.filter((method) => isOpen(method, open, ofUpload))
}

/** An upload may always be looked at and given up. */
function isOpen(method: string, open: OpenDeeds, ofUpload: boolean): boolean {
  if (method === 'GET' || method === 'HEAD') return ofUpload || open.read
  return method === 'DELETE' ? ofUpload || open.delete : open.write
}
