import { acceptedStatuses, both, preview, stable, versionsFrom } from './lifetime.ts'
import type { ExtensionType, ResourceType } from './resource-type.ts'
import { ownPermissions } from './types/permissions/type.ts'
import { privateLinkResources } from './types/private-link-resources/type.ts'
import { registries } from './types/registries/type.ts'
import { withNetworks } from './types/registries/versions.ts'
import { replications } from './types/replications/type.ts'
import { resourceGroups } from './types/resource-groups/type.ts'
import { roleAssignments } from './types/role-assignments/type.ts'
import { roleDefinitions } from './types/role-definitions/type.ts'
import { scopeMaps } from './types/scope-maps/type.ts'
import { tokens } from './types/tokens/type.ts'
import { unavailableAction, unavailableExtension, unavailableType } from './types/unavailable.ts'

const accepted = { statuses: acceptedStatuses }
const withTasks = both('2018-02-01', '2018-09-01')
const withPipelines = preview('2019-12-01')
const withCacheRules = both('2023-01-01', '2023-07-01')

/** Every type of resource there is: a new one is a row here and a folder in types/. */
export const types: readonly ResourceType[] = [
  resourceGroups,
  registries,
  scopeMaps,
  tokens,
  privateLinkResources,
  replications,
  unavailableType('webhooks', versionsFrom(stable('2017-10-01')), {
    ...unavailableAction('ping'),
    ...unavailableAction('listEvents'),
    ...unavailableAction('getCallbackConfig'),
  }),
  unavailableType('cacheRules', versionsFrom(withCacheRules, accepted)),
  unavailableType('credentialSets', versionsFrom(withCacheRules, accepted)),
  unavailableType('connectedRegistries', versionsFrom(both('2020-11-01', '2025-04-01')), {
    ...unavailableAction('deactivate'),
    ...unavailableAction('resync', preview('2026-01-01')),
  }),
  unavailableType('privateEndpointConnections', versionsFrom(withNetworks)),
  unavailableType('exportPipelines', versionsFrom(withPipelines)),
  unavailableType('importPipelines', versionsFrom(withPipelines)),
  unavailableType('pipelineRuns', versionsFrom(withPipelines)),
  unavailableType('tasks', versionsFrom(withTasks), unavailableAction('listDetails')),
  unavailableType('taskRuns', versionsFrom(preview('2019-06-01')), unavailableAction('listDetails')),
  unavailableType('runs', versionsFrom(withTasks), { ...unavailableAction('listLogSasUrl'), ...unavailableAction('cancel') }),
  unavailableType('agentPools', versionsFrom(preview('2019-06-01'), accepted), unavailableAction('listQueueStatus')),
]

/** What hangs at any scope. */
export const extensionTypes: readonly ExtensionType[] = [
  roleAssignments,
  roleDefinitions,
  ownPermissions,
  unavailableExtension('denyAssignments'),
  unavailableExtension('locks'),
  unavailableExtension('classicAdministrators'),
]

const byName = new Map(types.map((each) => [each.name.toLowerCase(), each]))
const extensionsByName = new Map(extensionTypes.map((each) => [each.name.toLowerCase(), each]))

/** In whatever case it was written. */
export const typeNamed = (name: string): ResourceType | undefined => byName.get(name.toLowerCase())
export const extensionNamed = (name: string): ExtensionType | undefined => extensionsByName.get(name.toLowerCase())
