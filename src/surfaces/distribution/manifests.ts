import { manifestLimit } from '#core/manifest.ts'
import { accepts } from '#core/media-type.ts'
import { formatReference } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import { deleteManifest, findManifest, putManifest, unknownManifest } from '#app/distribution/manifests.ts'
import { BodyTooLarge } from '#http/body.ts'
import { matches } from '#http/etag.ts'
import type { Exchange } from '#http/exchange.ts'
import { apiVersion } from './answers.ts'
import type { Context } from './context.ts'
import { type DistributionRequest, formatUrl } from './request.ts'

type Of<Kind> = Extract<DistributionRequest, { kind: Kind }>

export async function getManifest(
  { deps, registry, exchange }: Context,
  { repository, reference }: Of<'manifest.get' | 'manifest.head'>,
): Promise<void> {
  const { digest, mediaType, bytes } = await findManifest(deps, registry, repository, reference)
  exchange.log.digest = digest
  // Nothing is converted: a client that cannot read what is stored is told so, as if it were not there (as ACR does).
  if (!accepts(exchange.header('accept'), mediaType)) {
    const error = unknownManifest(reference)
    throw new RegistryError('manifest-unknown', `${error.message} in a type that the Accept header takes: it is ${mediaType}`, error.detail)
  }
  const headers = [apiVersion, ['Content-Type', mediaType], ['Docker-Content-Digest', digest], ['ETag', `"${digest}"`]] as const
  if (matches(exchange.header('if-none-match'), digest)) return exchange.send(304, headers)
  await exchange.send(200, headers, bytes)
}

export async function storeManifest(
  { deps, registry, exchange }: Context,
  { repository, reference, tags }: Of<'manifest.put'>,
): Promise<void> {
  const encoding = exchange.header('content-encoding')
  if (encoding !== undefined && encoding !== 'identity')
    throw new RegistryError('content-encoding-unsupported', 'a manifest is stored as it is sent: send it without Content-Encoding')
  const contentType = exchange.header('content-type') ?? ''
  const bytes = await readManifest(exchange)
  const put = await putManifest(deps, { registry, name: repository, reference, tags, contentType, bytes })
  exchange.log.digest = put.digest
  await exchange.send(201, [
    apiVersion,
    ['Location', formatUrl({ kind: 'manifest.get', repository, reference: { kind: 'digest', digest: put.digest } })],
    ['Docker-Content-Digest', put.digest],
    ...(put.manifest.subject ? [['OCI-Subject', put.manifest.subject] as const] : []),
    ...tags.map((tag) => ['OCI-Tag', tag] as const),
  ])
}

async function readManifest(exchange: Exchange): Promise<Buffer> {
  try {
    return await exchange.body(manifestLimit)
  } catch (error) {
    if (error instanceof BodyTooLarge)
      throw new RegistryError('manifest-too-large', `manifest is larger than ${manifestLimit} bytes`, { limit: manifestLimit })
    throw error
  }
}

export async function removeManifest(
  { deps, registry, exchange }: Context,
  { repository, reference }: Of<'manifest.delete'>,
): Promise<void> {
  await deleteManifest(deps, registry, repository, reference)
  exchange.log.digest = formatReference(reference)
  await exchange.send(202, [apiVersion])
}
