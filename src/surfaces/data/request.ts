import type { BlobLink } from '#core/blob-link.ts'
import { parseBlobLink } from '#http/blob-link.ts'
import { chooseMethod } from '#http/request-line.ts'

/** All that there is at a data endpoint. */
export type DataRequest = { kind: 'blob.get' | 'blob.head' } & BlobLink

/** Fails with `not-found`, `name-invalid`, `digest-invalid`, `method-unsupported`, `request-invalid`. */
export function parseRequest(method: string, url: string): DataRequest {
  const link = parseBlobLink(url)
  return chooseMethod<DataRequest>(method, { GET: { kind: 'blob.get', ...link }, HEAD: { kind: 'blob.head', ...link } })
}
