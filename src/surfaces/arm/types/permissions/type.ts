import { isWithin } from '#core/resource-id.ts'
import { ok } from '../../context.ts'
import type { ExtensionType } from '../../resource-type.ts'

/** What the caller's own roles allow at a scope: only a list, and nobody's but theirs. */
export const ownPermissions: ExtensionType = {
  name: 'Microsoft.Authorization/permissions',
  access: 'signed-in',
  listedByProvider: true,
  list: async ({ caller }, { scope }) =>
    ok({ value: (caller.grants ?? []).filter((each) => isWithin(scope.key, each.scope)).flatMap((each) => each.permissions) }),
}
