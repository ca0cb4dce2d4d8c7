// Who am I, for each audience? And what do the services show me?
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry'
import { ContainerRegistryClient } from '@azure/container-registry'
import { credentialOf } from './credential.mjs'
import { all, answer } from './question.mjs'

await answer(async ({ credential: wanted, control, subscription, audiences }) => {
  const credential = credentialOf(wanted)
  const tokens = []
  for (const audience of audiences) {
    const { token, expiresOnTimestamp } = await credential.getToken(`${audience}/.default`)
    const { aud, oid, tid } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))
    tokens.push({ aud, oid, tid, minutes: Math.round((expiresOnTimestamp - Date.now()) / 60_000) })
  }
  const arm = new ContainerRegistryManagementClient(credential, subscription, { endpoint: control })
  const registries = (await all(arm.registries.list())).map(({ name }) => name)
  const repositories = await all(new ContainerRegistryClient(control, credential).listRepositoryNames())
  return { tokens, registries, repositories }
})
