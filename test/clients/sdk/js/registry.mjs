// A registry's life at the management plane, without its end.
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry'
import { credentialOf } from './credential.mjs'
import { all, answer, refusalOf } from './question.mjs'

await answer(async ({ credential, control, subscription, group, name }) => {
  const { registries, scopeMaps, tokens } = new ContainerRegistryManagementClient(credentialOf(credential), subscription, {
    endpoint: control,
  })
  const asked = { name, type: 'Microsoft.ContainerRegistry/registries' }
  const free = await registries.checkNameAvailability(asked)
  const missing = await refusalOf(() => registries.get(group, name))
  const created = await registries.create(group, name, {
    location: 'local',
    sku: { name: 'Premium' },
    tags: { team: 'harbour' },
    adminUserEnabled: false,
  })
  const taken = await registries.checkNameAvailability(asked)
  const updated = await registries.update(group, name, {
    tags: { team: 'quay' },
    adminUserEnabled: true,
    anonymousPullEnabled: true,
    networkRuleSet: { defaultAction: 'Allow', ipRules: [{ action: 'Allow', iPAddressOrRange: '203.0.113.0/24' }] },
  })
  const shown = await registries.get(group, name)
  const credentials = await registries.listCredentials(group, name)
  const renewed = await registries.regenerateCredential(group, name, { name: 'password2' })
  const map = await scopeMaps.create(group, name, 'reads', { actions: ['repositories/team/app/content/read'] })
  const token = await tokens.create(group, name, 'robot', { scopeMapId: map.id, status: 'enabled' })
  const generated = await registries.generateCredentials(group, name, { tokenId: token.id, name: 'password1' })
  const usages = await registries.listUsages(group, name)
  const wrong = await refusalOf(() => registries.create(group, 'no', { location: 'local', sku: { name: 'Premium' } }))
  const passwords = ({ username, passwords }) => ({ username, values: passwords.map(({ value }) => value) })
  return {
    free: free.nameAvailable,
    taken: taken.nameAvailable,
    missing,
    wrong,
    created: pick(created),
    updated: pick(updated),
    shown: pick(shown),
    credentials: passwords(credentials),
    renewed: passwords(renewed),
    scopeMaps: (await all(scopeMaps.list(group, name))).map((each) => each.name),
    tokens: (await all(tokens.list(group, name))).map((each) => each.name),
    generated: passwords(generated),
    usages: usages.value.map((each) => each.name),
    listed: (await all(registries.list())).map((each) => each.name),
    listedInGroup: (await all(registries.listByResourceGroup(group))).map((each) => each.name),
  }
})

function pick({ id, name, type, location, sku, tags, loginServer, provisioningState, ...properties }) {
  const { adminUserEnabled, anonymousPullEnabled, networkRuleSet, creationDate } = properties
  const ranges = (networkRuleSet?.ipRules ?? []).map((each) => each.iPAddressOrRange)
  const age = Date.now() - creationDate.getTime()
  return {
    id,
    name,
    type,
    location,
    tags,
    loginServer,
    provisioningState,
    adminUserEnabled,
    anonymousPullEnabled,
    sku: sku.name,
    ranges,
    isNew: age > -5000 && age < 600_000,
  }
}
