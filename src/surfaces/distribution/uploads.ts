import { algorithmOf, type Digest } from '#core/digest.ts'
import { formatUploadRange, parseContentRange } from '#core/range.ts'
import type { RepositoryName } from '#core/reference.ts'
import { mountBlob } from '#app/distribution/blobs.ts'
import type { Body } from '#app/distribution/upload-body.ts'
import type { UploadAddress } from '#app/distribution/uploads.ts'
import { apiVersion } from './answers.ts'
import type { Context } from './context.ts'
import { type DistributionRequest, formatUrl } from './request.ts'

type Of<Kind> = Extract<DistributionRequest, { kind: Kind }>

export async function startUpload(context: Context, request: Of<'upload.start'>): Promise<void> {
  const { deps, registry, caller, exchange } = context
  const { repository, mount } = request
  if (mount && (await mountBlob(deps, { registry, caller, name: repository, ...mount }))) return created(context, repository, mount.digest)
  const whole = request.digest && exchange.hasBody ? request.digest : undefined
  const algorithm = request.algorithm ?? (request.digest ? algorithmOf(request.digest) : 'sha256')
  const length = whole ? exchange.bodyLength : undefined
  const { uploadId } = await deps.uploads.start({ registry, name: repository, principalId: caller.id, algorithm, length })
  // A POST that names the digest brings the whole blob; of nothing, when it has no body and says so.
  if (whole || (request.digest && exchange.bodyLength === 0)) {
    const address = addressOf(context, repository, uploadId)
    const digest = request.digest as Digest
    try {
      await deps.uploads.finish(address, bodyOf(context), undefined, digest)
    } catch (error) {
      // Nobody knows this session's id, so nobody could go on with it.
      await deps.uploads.cancel(address).catch(() => {})
      throw error
    }
    return created(context, repository, digest)
  }
  await exchange.send(202, [apiVersion, ...sessionHeaders(repository, uploadId, 0)])
}

/** A stream without `Content-Range` starts where its URL says that the session was; sent again, it is seen to be the same. */
export async function appendToUpload(context: Context, { repository, uploadId, offset }: Of<'upload.append'>): Promise<void> {
  const range = parseContentRange(context.exchange.header('content-range'))
  const { size } = await context.deps.uploads.append(addressOf(context, repository, uploadId), bodyOf(context), range, offset)
  await context.exchange.send(202, [apiVersion, ...sessionHeaders(repository, uploadId, size)])
}

export async function finishUpload(context: Context, { repository, uploadId, digest }: Of<'upload.finish'>): Promise<void> {
  const range = parseContentRange(context.exchange.header('content-range'))
  await context.deps.uploads.finish(addressOf(context, repository, uploadId), bodyOf(context), range, digest)
  return created(context, repository, digest)
}

export async function showUpload(context: Context, { repository, uploadId }: Of<'upload.status'>): Promise<void> {
  const { size } = await context.deps.uploads.status(addressOf(context, repository, uploadId))
  await context.exchange.send(204, [apiVersion, ...sessionHeaders(repository, uploadId, size)])
}

export async function cancelUpload(context: Context, { repository, uploadId }: Of<'upload.cancel'>): Promise<void> {
  await context.deps.uploads.cancel(addressOf(context, repository, uploadId))
  await context.exchange.send(204, [apiVersion])
}

const addressOf = ({ registry, caller }: Context, name: RepositoryName, uploadId: string): UploadAddress => ({
  registry,
  name,
  uploadId,
  principalId: caller.id,
})

const bodyOf = ({ exchange }: Context): Body => ({
  length: exchange.hasBody ? exchange.bodyLength : 0,
  bytes: exchange.bytes(),
  aside: (work) => exchange.aside(work),
})

/** Where the upload is, and where it goes on. */
export const sessionHeaders = (repository: RepositoryName, uploadId: string, size: number) =>
  [
    ['Location', formatUrl({ kind: 'upload.status', repository, uploadId, offset: size })],
    ['Range', formatUploadRange(size)],
    ['Docker-Upload-UUID', uploadId],
  ] as const

async function created({ exchange }: Context, repository: RepositoryName, digest: Digest): Promise<void> {
  await exchange.send(201, [
    apiVersion,
    ['Location', formatUrl({ kind: 'blob.get', repository, digest })],
    ['Docker-Content-Digest', digest],
  ])
}
