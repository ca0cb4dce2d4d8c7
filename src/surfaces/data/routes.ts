import type { Registry } from '#ports/registries.ts'
import type { Distribution } from '#app/distribution/distribution.ts'
import type { Answer } from '#http/answer.ts'
import { contentAnswer } from '#http/content.ts'
import type { HttpRequest } from '#http/http-request.ts'
import type { Routes } from '#http/surface.ts'
import type { DataRequest } from './request.ts'

export interface Context {
  distribution: Distribution
  registry: Registry
  http: HttpRequest
}

async function getBlob({ distribution, registry, http }: Context, link: DataRequest): Promise<Answer> {
  const blob = await distribution.followLink(registry, link, http.address)
  const headers = [['Docker-Content-Digest', blob.digest]] as const
  return contentAnswer(http, { size: blob.size, etag: blob.digest, headers, file: blob.file, open: () => blob.open() })
}

/** Whoever has a link is nobody: its network counts. */
export const routes: Routes<Context, DataRequest, { rate: 'data' }> = {
  'blob.get': { access: () => ({ kind: 'none' }), rate: 'data', handle: getBlob },
  'blob.head': { access: () => ({ kind: 'none' }), rate: 'data', handle: getBlob },
}
