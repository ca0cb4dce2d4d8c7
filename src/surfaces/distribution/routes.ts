import type { Access } from '#core/access.ts'
import { accessTo, accessToCatalog } from '#core/operations.ts'
import type { Scope } from '#core/scope.ts'
import { getBlob, removeBlob } from './blobs.ts'
import type { Context } from './context.ts'
import { listReferrers, listRepositories, listTags } from './lists.ts'
import { getManifest, removeManifest, storeManifest } from './manifests.ts'
import type { DistributionRequest } from './request.ts'
import { appendToUpload, cancelUpload, finishUpload, showUpload, startUpload } from './uploads.ts'
import { apiVersion, json } from './answers.ts'

type Kind = DistributionRequest['kind']
type Of<K extends Kind> = Extract<DistributionRequest, { kind: K }>

/** Read: counted as such by the rate limits. Each row says what its caller must hold; a kind without a row does not compile. */
interface Route<K extends Kind> {
  access: (request: Of<K>) => Access
  /** Scopes that a caller without a token is told to ask for as well; what it then lacks is not refused. */
  alsoAsk?: (request: Of<K>) => readonly Scope[]
  rate: 'read' | 'write' | 'delete' | 'referrers'
  handle: (context: Context, request: Of<K>) => Promise<void>
}

const pull = accessTo('content.read')
const push = accessTo('content.write')
const remove = accessTo('content.delete')

export const routes: { readonly [K in Kind]: Route<K> } = {
  ping: {
    access: () => ({ kind: 'signed-in' }),
    rate: 'read',
    handle: ({ exchange }) => exchange.send(200, [apiVersion, json], '{}'),
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
  'upload.start': {
    access: push,
    // A mount reads from elsewhere: from one repository, or from whichever has the blob.
    alsoAsk: ({ mount }) => (mount ? [{ type: 'repository', name: mount.from ?? '*', actions: ['pull'] }] : []),
    rate: 'write',
    handle: startUpload,
  },
  'upload.append': { access: push, rate: 'write', handle: appendToUpload },
  'upload.finish': { access: push, rate: 'write', handle: finishUpload },
  'upload.status': { access: push, rate: 'read', handle: showUpload },
  'upload.cancel': { access: push, rate: 'delete', handle: cancelUpload },
  'tags.list': { access: accessTo('tags.list'), rate: 'read', handle: listTags },
  'referrers.list': { access: pull, rate: 'referrers', handle: listReferrers },
}

export const routeOf = <K extends Kind>(request: Of<K>): Route<K> => routes[request.kind as K]
