import { accessTo, accessToCatalog } from '#core/operations.ts'
import type { Route, Routes } from '#http/surface.ts'
import type { Context } from './context.ts'
import { changeManifest, getManifest, listManifestAttributes } from './manifests.ts'
import { changeRepository, getRepository, listRepositories, removeRepository } from './repositories.ts'
import type { AcrRequest } from './request.ts'
import { changeTag, getTag, listTagAttributes, removeTag } from './tags.ts'

/** What the rate limits count it as. */
interface Counted {
  rate: 'read' | 'write' | 'delete'
}

export type AcrRoute = Route<Context, AcrRequest> & Counted

const read = accessTo('metadata.read')
const write = accessTo('metadata.write')
const remove = accessTo('content.delete')
/** `az` asks for `delete`; a scope map may untag with `metadata/write` alone. */
const removeTagAlone = accessTo('content.delete', 'metadata.write')

/**
 * The quarantine's own pages change a manifest with `pull,push`. Not here: who may only push would open a lock, or clear
 * an image of its own, without a right to either. Quarantine brings a right for its state, and that belongs in this table.
 */
const routes: Routes<Context, AcrRequest, Counted> = {
  'catalog.list': {
    access: accessToCatalog,
    rate: 'read',
    handle: listRepositories,
  },
  'repository.get': { access: read, rate: 'read', handle: getRepository },
  'repository.update': { access: write, rate: 'write', handle: changeRepository },
  'repository.delete': { access: remove, rate: 'delete', handle: removeRepository },
  'tags.list': { access: accessTo('tags.list'), rate: 'read', handle: listTagAttributes },
  'tag.get': { access: read, rate: 'read', handle: getTag },
  'tag.update': { access: write, rate: 'write', handle: changeTag },
  'tag.delete': { access: removeTagAlone, rate: 'delete', handle: removeTag },
  'manifests.list': { access: read, rate: 'read', handle: listManifestAttributes },
  'manifest.get': { access: read, rate: 'read', handle: getManifest },
  'manifest.update': { access: write, rate: 'write', handle: changeManifest },
}

export const routeOf = ({ kind }: AcrRequest): AcrRoute => routes[kind] as AcrRoute
