import { RegistryError } from '#core/registry-error.ts'
import type { OpenOperations } from '#app/distribution/distribution.ts'
import { allowedBy } from '#http/failure.ts'
import { type Context, visit } from './context.ts'
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
export async function openMethods(context: Context, request: DistributionRequest): Promise<readonly string[]> {
  const { method, url } = context.http
  const closed = method === 'GET' || method === 'HEAD' ? ['GET', 'HEAD'] : [method]
  const left = methodsOf(url).filter((each) => !closed.includes(each))
  if (!('repository' in request)) return left
  const reference = 'reference' in request ? request.reference : undefined
  const open = await context.distribution
    .openOperations(visit(context, request.repository), reference)
    .catch(() => ({ read: true, write: true, delete: true }))
  const ofUpload = request.kind.startsWith('upload.')
  return left.filter((each) => isOpen(each, open, ofUpload))
}

/** An upload may always be looked at and given up. */
function isOpen(method: string, open: OpenOperations, ofUpload: boolean): boolean {
  if (method === 'GET' || method === 'HEAD') return ofUpload || open.read
  return method === 'DELETE' ? ofUpload || open.delete : open.write
}
