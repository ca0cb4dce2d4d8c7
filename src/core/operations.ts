import type { Access } from './access.ts'
import type { Action } from './scope.ts'

/**
 * What each operation on a registry's content needs, whichever dialect asks for it (acr "challenge → tokens"; scope maps).
 * Whoever may only pull gets what it can name: to learn names is a right of its own.
 */
const rights = {
  'content.read': ['pull'],
  'content.write': ['push'],
  'content.delete': ['delete'],
  'tags.list': ['metadata_read'],
  'metadata.read': ['metadata_read'],
  'metadata.write': ['metadata_write'],
} as const satisfies Record<string, readonly Action[]>

export type Operation = keyof typeof rights

/** `instead`: operations whose right is as good. */
export const accessTo =
  (operation: Operation, ...instead: Operation[]) =>
  (request: { repository: string }): Access => ({
    kind: 'scope',
    type: 'repository',
    name: request.repository,
    actions: rights[operation],
    ...(instead.length > 0 ? { instead: instead.flatMap((each) => rights[each]) } : {}),
  })

export const accessToCatalog = (): Access => ({ kind: 'scope', type: 'registry', name: 'catalog', actions: ['*'] })
