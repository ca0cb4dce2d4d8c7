// The end of a registry.
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry'
import { credentialOf } from './credential.mjs'
import { all, answer, refusalOf } from './question.mjs'

await answer(async ({ credential, control, subscription, group, name }) => {
  const { registries } = new ContainerRegistryManagementClient(credentialOf(credential), subscription, { endpoint: control })
  await registries.delete(group, name)
  const missing = await refusalOf(() => registries.get(group, name))
  return { missing, listed: (await all(registries.list())).map((each) => each.name) }
})
