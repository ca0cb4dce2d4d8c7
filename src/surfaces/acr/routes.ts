import type { Access } from '#core/access.ts'
import type { Action } from '#core/scope.ts'
import type { Context } from './context.ts'
import { changeManifest, getManifest, listManifestAttributes } from './manifests.ts'
import { changeRepository, getRepository, listRepositories, removeRepository } from './repositories.ts'
import type { AcrRequest } from './request.ts'
import { changeTag, getTag, listTagAttributes, removeTag } from './tags.ts'

type Kind = AcrRequest['kind']
type Of<K extends Kind> = Extract<AcrRequest, { kind: K }>

interface Route<K extends Kind> {
  access: (request: Of<K>) => Access
  rate: 'read' | 'write' | 'delete'
  handle: (context: Context, request: Of<K>) => Promise<void>
}

const repository =
  (action: Action, ...instead: Action[]) =>
  (request: { repository: string }): Access => ({
    kind: 'scope',
    type: 'repository',
    name: request.repository,
    actions: [action],
    ...(instead.length > 0 ? { instead } : {}),
  })
const read = repository('metadata_read')
const write = repository('metadata_write')
const remove = repository('delete')
/** Scanners read manifests with the scope of a pull (acr, quarantine). */
const readManifests = repository('metadata_read', 'pull')
/** `az` asks for `delete`; a scope map may untag with `metadata/write` alone. */
const removeTagAlone = repository('delete', 'metadata_write')

/**
 * The quarantine's own pages change a manifest with `pull,push`. Not here: who may only push would open a lock, or clear
 * an image of its own, without a right to either. Quarantine brings a right for its state, and that belongs in this table.
 */
export const routes: { readonly [K in Kind]: Route<K> } = {
  'catalog.list': {
    access: () => ({ kind: 'scope', type: 'registry', name: 'catalog', actions: ['*'] }),
    rate: 'read',
    handle: listRepositories,
  },
  'repository.get': { access: read, rate: 'read', handle: getRepository },
  'repository.update': { access: write, rate: 'write', handle: changeRepository },
  'repository.delete': { access: remove, rate: 'delete', handle: removeRepository },
  'tags.list': { access: read, rate: 'read', handle: listTagAttributes },
  'tag.get': { access: read, rate: 'read', handle: getTag },
  'tag.update': { access: write, rate: 'write', handle: changeTag },
  'tag.delete': { access: removeTagAlone, rate: 'delete', handle: removeTag },
  'manifests.list': { access: readManifests, rate: 'read', handle: listManifestAttributes },
  'manifest.get': { access: readManifests, rate: 'read', handle: getManifest },
  'manifest.update': { access: write, rate: 'write', handle: changeManifest },
}

export const routeOf = <K extends Kind>(request: Of<K>): Route<K> => routes[request.kind as K]
