import { unknownManifest } from '#core/failures.ts'
import { manifestLimit } from '#core/manifest.ts'
import { accepts } from '#http/accept.ts'
import { formatReference } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Answer } from '#http/answer.ts'
import { BodyTooLarge } from '#http/body.ts'
import { isKnownToReader, preconditionOf } from '#http/conditions.ts'
import type { HttpRequest } from '#http/http-request.ts'
import type { OfKind } from '#http/surface.ts'
import { type Context, visit } from './context.ts'
import { type DistributionRequest, formatUrl } from './request.ts'

type Of<Kind> = OfKind<DistributionRequest, Kind>

export async function getManifest(context: Context, { repository, reference }: Of<'manifest.get' | 'manifest.head'>): Promise<Answer> {
  const { distribution, http } = context
  const { digest, mediaType, bytes } = await distribution.manifest(visit(context, repository), reference)
  http.log.digest = digest
  // Nothing is converted: a client that cannot read what is stored is told so, as if it were not there (as ACR does).
  if (!accepts(http.header('accept'), mediaType))
    throw unknownManifest(reference, ` in a type that the Accept header takes: it is ${mediaType}`)
  const validators = [['Docker-Content-Digest', digest] as const, ['ETag', `"${digest}"`] as const]
  if (isKnownToReader(http, digest)) return { status: 304, headers: validators }
  return { status: 200, headers: [...validators, ['Content-Type', mediaType]], body: bytes }
}

export async function storeManifest(context: Context, { repository, reference, tags }: Of<'manifest.put'>): Promise<Answer> {
  const { distribution, http } = context
  const contentType = http.header('content-type') ?? ''
  const bytes = await readManifest(http)
  const precondition = preconditionOf(http)
  const put = await distribution.putManifest(visit(context, repository), { reference, tags, contentType, bytes, precondition })
  http.log.digest = put.digest
  return {
    status: 201,
    headers: [
      ['Location', formatUrl({ kind: 'manifest.get', repository, reference: { kind: 'digest', digest: put.digest } })],
      ['Docker-Content-Digest', put.digest],
      ...(put.manifest.subject ? [['OCI-Subject', put.manifest.subject] as const] : []),
      ...tags.map((tag) => ['OCI-Tag', tag] as const),
    ],
  }
}

async function readManifest(http: HttpRequest): Promise<Buffer> {
  try {
    return await http.body(manifestLimit)
  } catch (error) {
    if (error instanceof BodyTooLarge)
      throw new RegistryError('manifest-too-large', `manifest is larger than ${manifestLimit} bytes`, { limit: manifestLimit })
    throw error
  }
}

export async function removeManifest(context: Context, { repository, reference }: Of<'manifest.delete'>): Promise<Answer> {
  const { distribution, http } = context
  await distribution.deleteManifest(visit(context, repository), reference, preconditionOf(http))
  http.log.digest = formatReference(reference)
  return { status: 202 }
}
