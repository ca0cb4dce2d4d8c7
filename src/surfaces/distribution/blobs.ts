import { formatBlobLink } from '#core/blob-link.ts'
import { formatDataHost } from '#core/data-host.ts'
import { checkPrecondition } from '#core/precondition.ts'
import { linkTo } from '#app/distribution/blob-links.ts'
import { deleteBlob, findBlob, openBytes } from '#app/distribution/blobs.ts'
import { preconditionOf } from '#http/conditions.ts'
import { sendContent } from '#http/content.ts'
import { portOf, withoutPort } from '#http/hosts.ts'
import { apiVersion } from './answers.ts'
import type { Context } from './context.ts'
import type { DistributionRequest } from './request.ts'

type Of<Kind> = Extract<DistributionRequest, { kind: Kind }>

/** GET and HEAD of a blob: whole, or one range; never a wrong byte as a complete answer. Of some registries, where it is got. */
export async function getBlob(context: Context, request: Of<'blob.get' | 'blob.head'>): Promise<void> {
  const { deps, registry, exchange } = context
  const blob = await findBlob(deps, registry, request.repository, request.digest)
  const named = [apiVersion, ['Docker-Content-Digest', blob.digest]] as const
  // A HEAD moves no bytes: whoever only asks whether it is there need not reach another host.
  if (registry.dataLocation !== null && request.kind === 'blob.get') {
    const location = dataUrl(context, registry.dataLocation, request)
    // The link is for who asked, as the bytes would be.
    return exchange.send(307, [...named, ['Location', location], ['Cache-Control', 'no-store']])
  }
  await sendContent(exchange, {
    size: blob.size,
    etag: blob.digest,
    headers: named,
    open: () => openBytes(deps, blob),
  })
}

/** By the scheme and the port by which the caller came: what lies between us has them for all names of the domain. */
function dataUrl({ deps, registry, exchange }: Context, location: string, { repository, digest }: Of<'blob.get' | 'blob.head'>): string {
  const host = formatDataHost({ registry: registry.name, location }, withoutPort(deps.origins.domain))
  const link = linkTo(deps, registry, { repository, digest })
  return `${exchange.scheme}://${host}${portOf(exchange.host)}${formatBlobLink(link)}`
}

export async function removeBlob({ deps, registry, exchange }: Context, { repository, digest }: Of<'blob.delete'>): Promise<void> {
  // What a digest names never changes, so nobody can come between this and the deed.
  if (exchange.header('if-match') !== undefined || exchange.header('if-none-match') !== undefined) {
    await findBlob(deps, registry, repository, digest)
    checkPrecondition(preconditionOf(exchange), digest)
  }
  await deleteBlob(deps, registry, repository, digest)
  await exchange.send(202, [apiVersion])
}
