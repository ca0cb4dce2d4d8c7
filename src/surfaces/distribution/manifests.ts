import { manifestLimit } from '#core/manifest.ts'
import { accepts } from '#core/media-type.ts'
import { formatReference } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import { deleteManifest, findManifest, putManifest, unknownManifest } from '#app/distribution/manifests.ts'
import { BodyTooLarge } from '#http/body.ts'
import { isKnownToReader, preconditionOf } from '#http/conditions.ts'
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
  const validators = [apiVersion, ['Docker-Content-Digest', digest], ['ETag', `"${digest}"`], ['Vary', 'Accept']] as const
  if (isKnownToReader(exchange, digest)) return exchange.send(304, validators)
  await exchange.send(200, [...validators, ['Content-Type', mediaType]], bytes)
}

export async function storeManifest(
  { deps, registry, exchange }: Context,
  { repository, reference, tags }: Of<'manifest.put'>,
): Promise<void> {
  const contentType = exchange.header('content-type') ?? ''
  const bytes = await readManifest(exchange)
  const precondition = preconditionOf(exchange)
  const put = await putManifest(deps, { registry, name: repository, reference, tags, contentType, bytes, precondition })
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
  await deleteManifest(deps, registry, repository, reference, preconditionOf(exchange))
  exchange.log.digest = formatReference(reference)
  await exchange.send(202, [apiVersion])
}
