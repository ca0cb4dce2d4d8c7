import { formatBlobLink } from '#http/blob-link.ts'
import { formatDataHost } from '#core/data-host.ts'
import { checkPrecondition } from '#core/precondition.ts'
import type { Answer } from '#http/answer.ts'
import type { OfKind } from '#http/surface.ts'
import { isKnownToReader, preconditionOf } from '#http/conditions.ts'
import { contentAnswer } from '#http/content.ts'
import { portOf, withoutPort } from '#http/hosts.ts'
import { type Context, visit } from './context.ts'
import type { DistributionRequest } from './request.ts'

type Of<Kind> = OfKind<DistributionRequest, Kind>

/** GET and HEAD of a blob: whole, or one range; never a wrong byte as a complete answer. Of some registries, where it is got. */
export async function getBlob(context: Context, request: Of<'blob.get' | 'blob.head'>): Promise<Answer> {
  const { distribution, registry, http } = context
  const blob = await distribution.blob(visit(context, request.repository), request.digest)
  if (request.kind === 'blob.head') await blob.check()
  const named = ['Docker-Content-Digest', blob.digest] as const
  // A HEAD moves no bytes: whoever only asks whether it is there need not reach another host.
  if (registry.dataLocation !== null && request.kind === 'blob.get') {
    const location = dataUrl(context, registry.dataLocation, request)
    return elsewhere(named, location)
  }
  if (request.kind === 'blob.get' && !isKnownToReader(http, blob.digest)) {
    const location = await blob.signed?.()
    if (location) return elsewhere(named, location.href)
  }
  return contentAnswer(http, { size: blob.size, etag: blob.digest, headers: [named], file: blob.file, open: () => blob.open() })
}

/** The link is for who asked, as the bytes would be. */
const elsewhere = (named: readonly [string, string], location: string): Answer => ({
  status: 307,
  headers: [named, ['Location', location], ['Cache-Control', 'no-store']],
})

/** By the scheme and the port by which the caller came: what lies between us has them for all names of the domain. */
function dataUrl({ distribution, origins, registry, http }: Context, location: string, request: Of<'blob.get' | 'blob.head'>): string {
  const { repository, digest } = request
  const host = formatDataHost({ registry: registry.name, location }, withoutPort(origins.domain))
  return `${http.scheme}://${host}${portOf(http.host)}${formatBlobLink(distribution.linkTo(registry, { repository, digest }))}`
}

export async function removeBlob(context: Context, { repository, digest }: Of<'blob.delete'>): Promise<Answer> {
  const { distribution, http } = context
  const precondition = preconditionOf(http)
  // What a digest names never changes, so nobody can come between this and the delete.
  if (precondition) {
    await distribution.blob(visit(context, repository), digest)
    checkPrecondition(precondition, digest)
  }
  await distribution.deleteBlob(visit(context, repository), digest)
  return { status: 202 }
}
