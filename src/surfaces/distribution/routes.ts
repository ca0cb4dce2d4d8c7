import { accessTo, accessToCatalog } from '#core/operations.ts'
import type { Scope } from '#core/scope.ts'
import { json } from '#http/answer.ts'
import type { Route, Routes } from '#http/surface.ts'
import { getBlob, removeBlob } from './blobs.ts'
import type { Context } from './context.ts'
import { listReferrers, listRepositories, listTags } from './lists.ts'
import { getManifest, removeManifest, storeManifest } from './manifests.ts'
import type { DistributionRequest } from './request.ts'
import { appendToUpload, cancelUpload, finishUpload, showUpload, startUpload } from './uploads.ts'

/** What the rate limits count it as. */
interface Counted {
  rate: 'read' | 'write' | 'delete' | 'referrers'
}

export type DistributionRoute = Route<Context, DistributionRequest> & Counted

const pull = accessTo('content.read')
const push = accessTo('content.write')
const remove = accessTo('content.delete')

const routes: Routes<Context, DistributionRequest, Counted> = {
  ping: {
    access: () => ({ kind: 'signed-in' }),
    rate: 'read',
    handle: () => json(200, {}),
  },
  'catalog.list': {
    access: accessToCatalog,
    rate: 'read',
    handle: listRepositories,
  },
  'blob.get': { access: pull, rate: 'read', handle: getBlob },
  'blob.head': { access: pull, rate: 'read', handle: getBlob },
  'blob.delete': { access: remove, rate: 'delete', handle: removeBlob },
  'manifest.get': { access: pull, rate: 'read', handle: getManifest },
  'manifest.head': { access: pull, rate: 'read', handle: getManifest },
  'manifest.put': { access: push, rate: 'write', handle: storeManifest },
  'manifest.delete': { access: remove, rate: 'delete', handle: removeManifest },
  'upload.start': { access: push, rate: 'write', handle: startUpload },
  'upload.append': { access: push, rate: 'write', handle: appendToUpload },
  'upload.finish': { access: push, rate: 'write', handle: finishUpload },
  'upload.status': { access: push, rate: 'read', handle: showUpload },
  'upload.cancel': { access: push, rate: 'delete', handle: cancelUpload },
  'tags.list': { access: accessTo('tags.list'), rate: 'read', handle: listTags },
  'referrers.list': { access: pull, rate: 'referrers', handle: listReferrers },
}

export const routeOf = ({ kind }: DistributionRequest): DistributionRoute => routes[kind] as DistributionRoute

/**
 * Scopes that a caller without a token is told to ask for as well; what it then lacks is not refused. A mount reads from
 * elsewhere: from one repository, or from whichever has the blob.
 */
export const alsoAsked = (request: DistributionRequest | undefined): readonly Scope[] =>
  request?.kind === 'upload.start' && request.mount ? [{ type: 'repository', name: request.mount.from ?? '*', actions: ['pull'] }] : []
