import { controlError } from '#core/control-error.ts'
import { stable, versionsFrom } from '../../lifetime.ts'
import type { ResourceType } from '../../resource-type.ts'
import { withNetworks, withZones } from '../registries/versions.ts'
import { unavailableType } from '../unavailable.ts'

const versions = versionsFrom(stable('2017-10-01'), {
  properties: { systemData: withNetworks, 'properties.regionEndpointEnabled': withNetworks, 'properties.zoneRedundancy': withZones },
})

/** A registry lists its home only beside a geo-replication, and there are none yet; what would delete the home is refused all the same. */
export const replications: ResourceType = {
  ...unavailableType('replications', versions),
  nameForm: { pattern: /^[a-zA-Z0-9]{5,50}$/, like: 'alpha numeric characters only, between 5 and 50 of them' },
  refuses: (registry, name) =>
    registry.location === name.toLowerCase() ? controlError('HomeReplication', { name, registry: registry.name }) : undefined,
}
