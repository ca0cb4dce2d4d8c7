import { registryRules } from '#app/resources/registries.ts'
import { both, stable } from '../../lifetime.ts'
import type { ResourceType } from '../../resource-type.ts'
import { unavailableAction } from '../unavailable.ts'
import { generate, generateShape, listCredentials, regenerateCredential, regenerateShape } from './credentials.ts'
import { operatorRegistryShape, registryShape } from './shape.ts'
import { showRegistry } from './shown.ts'
import { listUsages } from './usages.ts'
import { registryVersions } from './versions.ts'

export const registries: ResourceType = {
  name: registryRules.type,
  nameForm: { pattern: /^[a-zA-Z0-9]{5,50}$/, like: 'alpha numeric characters only, between 5 and 50 of them' },
  versions: registryVersions,
  shape: registryShape,
  operatorShape: operatorRegistryShape,
  rules: registryRules,
  show: showRegistry,
  listedEverywhere: true,
  actions: {
    listcredentials: { method: 'POST', permission: 'listCredentials/action', handle: listCredentials },
    regeneratecredential: {
      method: 'POST',
      permission: 'regenerateCredential/action',
      body: regenerateShape,
      handle: regenerateCredential,
    },
    generatecredentials: {
      method: 'POST',
      permission: 'generateCredentials/action',
      since: both('2019-05-01', '2022-12-01'),
      body: generateShape,
      handle: generate,
    },
    listusages: { method: 'GET', permission: 'listUsages/read', since: stable('2017-10-01'), handle: listUsages },
    ...unavailableAction('importImage', stable('2017-10-01')),
    ...unavailableAction('scheduleRun', stable('2018-09-01')),
    ...unavailableAction('listBuildSourceUploadUrl', both('2018-02-01', '2018-09-01')),
  },
}
