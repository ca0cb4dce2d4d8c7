import { list, object, text } from '#core/shape.ts'
import { scopeMapRules, systemScopeMapsOf } from '#app/resources/scope-maps.ts'
import { childEnvelope, creationDate } from '../../envelope.ts'
import { versionsFrom } from '../../lifetime.ts'
import type { ResourceType } from '../../resource-type.ts'
import { withTokens } from '../registries/versions.ts'

export const scopeMaps: ResourceType = {
  name: scopeMapRules.type,
  nameForm: { pattern: /^[a-zA-Z0-9-_]{5,50}$/, like: 'alpha numeric characters, dashes and underscores, between 5 and 50 of them' },
  versions: versionsFrom(withTokens, { statuses: { made: 200, replaced: 200, changed: 201, deleted: 202, absent: 204 } }),
  // How many actions: app/resources/scope-maps.ts.
  shape: object({ properties: object({ description: text(256), actions: list(text(400)) }) }),
  rules: scopeMapRules,
  builtIn: (_context, registry) => systemScopeMapsOf(registry),
  show: async (_context, map) =>
    childEnvelope(map, {
      description: map.body.properties.description ?? '',
      type: map.body.properties.type ?? 'UserDefined',
      creationDate: creationDate(map),
      provisioningState: 'Succeeded',
      actions: map.body.properties.actions,
    }),
  listedEverywhere: false,
  actions: {},
}
