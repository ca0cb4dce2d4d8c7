// What is not built: az says so by its name and gives up at once, without a traceback. How long it takes is told by the reporter.
import { test } from 'node:test'
import { onStage } from './stage.ts'

onStage('refused', (stage) => {
  const registry = 'local'
  for (const [feature, words] of [
    ['exportTemplate', 'group export -n local'],
    ['tagNames', 'tag create -n team'],
    ['Microsoft.Features/features', 'feature list'],
    ['Microsoft.Authorization/policyAssignments', 'policy assignment list'],
    ['Microsoft.Authorization/policyDefinitions', 'policy definition list'],
    ['Microsoft.ManagedIdentity/userAssignedIdentities', 'identity list'],
    ['Microsoft.Resources/deployments', 'deployment group show -g local -n one'],
    ['Microsoft.ContainerRegistry/registries/replications', `acr replication create -r ${registry} -l eastus`],
    ['Helm 2 charts', `acr helm list -n ${registry}`],
    ['soft delete', `acr repository list-deleted -n ${registry}`],
  ] as const)
    test(`az ${words}`, async () => {
      await stage.owner.fails(new RegExp(`'${feature}' is not available in this version of Longshore`), ...words.split(' '))
    })

  test('a name that no repository can have', async () => {
    await stage.owner.fails(/invalid repository name/, 'acr', 'repository', 'show', '-n', registry, '--repository', 'Team')
  })

  test('a default that is asked for by its name is taken', async () => {
    await stage.owner.az('acr', 'update', '-n', registry, '--writable-cache-repos', 'Disabled')
  })
})
