import { algorithmOf, type Digest } from '#core/digest.ts'
import { formatUploadRange, parseContentRange } from '#http/range.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { Body } from '#app/distribution/upload-body.ts'
import type { Answer } from '#http/answer.ts'
import type { HttpRequest } from '#http/http-request.ts'
import type { OfKind } from '#http/surface.ts'
import { type Context, visit } from './context.ts'
import { type DistributionRequest, formatUrl } from './request.ts'

type Of<Kind> = OfKind<DistributionRequest, Kind>

export async function startUpload(context: Context, request: Of<'upload.start'>): Promise<Answer> {
  const { distribution, http } = context
  const { repository, mount } = request
  const at = visit(context, repository)
  if (mount && (await distribution.mountBlob(at, mount))) return created(repository, mount.digest)
  const whole = request.digest && http.hasBody ? request.digest : undefined
  const algorithm = request.algorithm ?? (request.digest ? algorithmOf(request.digest) : 'sha256')
  const length = whole ? http.bodyLength : undefined
  const { uploadId } = await distribution.startUpload(at, { algorithm, length })
  // A POST that names the digest brings the whole blob; of nothing, when it has no body and says so.
  if (whole || (request.digest && http.bodyLength === 0)) {
    const digest = request.digest as Digest
    try {
      await distribution.finishUpload(at, uploadId, { body: bodyOf(http), range: undefined, digest })
    } catch (error) {
      // Nobody knows this session's id, so nobody could go on with it.
      await distribution.cancelUpload(at, uploadId).catch(() => {})
      throw error
    }
    return created(repository, digest)
  }
  return { status: 202, headers: sessionHeaders(repository, uploadId, 0) }
}

/** A stream without `Content-Range` starts where its URL says that the session was; sent again, it is seen to be the same. */
export async function appendToUpload(context: Context, { repository, uploadId, offset }: Of<'upload.append'>): Promise<Answer> {
  const { distribution, http } = context
  const range = parseContentRange(http.header('content-range'))
  const chunk = { body: bodyOf(http), range, offset }
  const { size } = await distribution.appendToUpload(visit(context, repository), uploadId, chunk)
  return { status: 202, headers: sessionHeaders(repository, uploadId, size) }
}

export async function finishUpload(context: Context, { repository, uploadId, digest, offset }: Of<'upload.finish'>): Promise<Answer> {
  const { distribution, http } = context
  const range = parseContentRange(http.header('content-range'))
  await distribution.finishUpload(visit(context, repository), uploadId, { body: bodyOf(http), range, offset, digest })
  return created(repository, digest)
}

export async function showUpload(context: Context, { repository, uploadId }: Of<'upload.status'>): Promise<Answer> {
  const { size } = await context.distribution.uploadStatus(visit(context, repository), uploadId)
  return { status: 204, headers: sessionHeaders(repository, uploadId, size) }
}

export async function cancelUpload(context: Context, { repository, uploadId }: Of<'upload.cancel'>): Promise<Answer> {
  await context.distribution.cancelUpload(visit(context, repository), uploadId)
  return { status: 204 }
}

const bodyOf = (http: HttpRequest): Body => ({
  length: http.hasBody ? http.bodyLength : 0,
  bytes: http.bytes(),
  aside: (work) => http.aside(work),
})

/** Where the upload is, and where it goes on. */
export const sessionHeaders = (repository: RepositoryName, uploadId: string, size: number) =>
  [
    ['Location', formatUrl({ kind: 'upload.status', repository, uploadId, offset: size })],
    ['Range', formatUploadRange(size)],
    ['Docker-Upload-UUID', uploadId],
  ] as const

const created = (repository: RepositoryName, digest: Digest): Answer => ({
  status: 201,
  headers: [
    ['Location', formatUrl({ kind: 'blob.get', repository, digest })],
    ['Docker-Content-Digest', digest],
  ],
})
