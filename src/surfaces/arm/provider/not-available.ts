import { notAvailable as unavailable } from '#core/feature.ts'
import type { Answer } from '#http/answer.ts'
import type { ArmUrl } from '../url.ts'

export const notAvailable = (what: string) => async (): Promise<Answer> => {
  throw unavailable(what)
}

/** Neighbours of registries in Azure that az, the SDKs and templates ask for. */
const providers = [
  'Microsoft.Advisor',
  'Microsoft.App',
  'Microsoft.ContainerInstance',
  'Microsoft.ContainerService',
  'Microsoft.EventGrid',
  'Microsoft.Features',
  'Microsoft.Insights',
  'Microsoft.KeyVault',
  'Microsoft.ManagedIdentity',
  'Microsoft.Management',
  'Microsoft.Network',
  'Microsoft.OperationalInsights',
  'Microsoft.PolicyInsights',
  'Microsoft.ResourceGraph',
  'Microsoft.ResourceHealth',
  'Microsoft.Security',
  'Microsoft.Storage',
]
/** Of the providers that are here; with their actions. A list of deployments is empty and is given. */
const types = [
  ...['deployments', 'deploymentScripts', 'deploymentStacks', 'templateSpecs', 'links', 'changes'].map(
    (each) => `Microsoft.Resources/${each}`,
  ),
  ...['policyAssignments', 'policyDefinitions', 'policySetDefinitions', 'policyExemptions', 'dataPolicyManifests'].map(
    (each) => `Microsoft.Authorization/${each}`,
  ),
  'Microsoft.ContainerRegistry/registries/packages',
]
const named = new Map([...providers, ...types].map((each) => [each.toLowerCase(), each]))

/** Fails with `feature-unavailable` for what Azure has under this URL and we do not have yet. */
export function refuseUnavailable(url: ArmUrl): void {
  const { namespace, rest, method } = url
  const words = rest.map((part) => part.toLowerCase())
  if (namespace === null) {
    if (words[0] === 'exporttemplate') throw unavailable('exportTemplate')
    if (words[0] === 'tagnames' && (words.length > 1 || method !== 'GET')) throw unavailable('tagNames')
    return
  }
  const own = namespace.toLowerCase()
  // A provider may stand in front of another: `Microsoft.Features/providers/<namespace>/features`.
  for (const [, each = '', type] of url.path.matchAll(/\/providers\/([^/]+)(?:\/([^/]+))?/gi)) {
    const provider = named.get(each.toLowerCase())
    if (provider) throw unavailable(type === undefined || /^(?:un)?register$/i.test(type) ? provider : `${provider}/${type}`)
  }
  const type = named.get(`${own}/${words[0] ?? ''}`) ?? named.get(`${own}/${words[0] ?? ''}/${words[2] ?? ''}`)
  if (type === 'Microsoft.Resources/deployments' && method === 'GET' && words.length === 1) return
  if (type) throw unavailable(type)
}
