import { controlError } from '#core/control-error.ts'
import { homeLocation } from '#core/location.ts'
import type { ResourceId } from '#core/resource-id.ts'
import { visibleSubscription } from '#app/resources/subscriptions.ts'
import type { Answer } from '#http/answer.ts'
import { type Context, ok } from '../context.ts'
import { extensionTypes, typeNamed, types } from '../types.ts'
import { versionsOf } from '../versions.ts'
import { servedNamespaces } from '../wrong-url.ts'

/** Versions that are known to exist; any later day is served as well. The newest that is no preview stands first of those: `az resource show` takes it. */
const versions: Readonly<Record<string, readonly string[]>> = {
  'Microsoft.Resources': ['2025-04-01', '2024-11-01', '2022-12-01', '2022-09-01', '2021-04-01', '2020-01-01', '2019-11-01', '2016-06-01'],
  'Microsoft.Authorization': ['2022-05-01-preview', '2022-04-01', '2020-04-01-preview', '2018-01-01-preview', '2015-07-01'],
}

/** Types that have no row in types.ts because nothing of them is a resource with its own life. */
const otherTypes: Readonly<Record<string, readonly string[]>> = {
  'Microsoft.ContainerRegistry': ['checkNameAvailability', 'operations', 'locations', 'locations/operationResults'],
  'Microsoft.Resources': ['subscriptions', 'tenants', 'providers', 'resources', 'tags'],
}

function describe(namespace: string, scope: ResourceId): object {
  const all = [...types, ...extensionTypes.filter((each) => each.listedByProvider)]
  const own = all.filter((each) => each.name.startsWith(`${namespace}/`)).map((each) => each.name.slice(namespace.length + 1))
  return {
    id: `${scope.key === '' ? '' : scope.text}/providers/${namespace}`,
    namespace,
    registrationState: 'Registered',
    registrationPolicy: 'RegistrationFree',
    resourceTypes: [...own, ...(otherTypes[namespace] ?? [])].map((resourceType) => ({
      resourceType,
      locations: [homeLocation],
      apiVersions:
        namespace === 'Microsoft.ContainerRegistry' ? versionsOf(typeNamed(`${namespace}/${resourceType}`)) : (versions[namespace] ?? []),
      capabilities: 'None',
    })),
  }
}

export async function listProviders(context: Context, { scope }: { scope: ResourceId }): Promise<Answer> {
  if (scope.key !== '') await visibleSubscription(context.deps, context.caller, scope)
  return ok({ value: servedNamespaces.map((each) => describe(each, scope)) })
}

export async function showProvider(context: Context, { scope, namespace }: { scope: ResourceId; namespace: string }): Promise<Answer> {
  if (scope.key !== '') await visibleSubscription(context.deps, context.caller, scope)
  return ok(describe(namespace, scope))
}

/** All that there is, is there from the start. */
export const registerProvider = async (context: Context, { subscription, namespace }: { subscription: ResourceId; namespace: string }) =>
  showProvider(context, { scope: subscription, namespace })

export async function refuseUnregister(_context: Context, { namespace }: { namespace: string }): Promise<Answer> {
  throw controlError('CannotUnregisterProvider', namespace)
}

/** No application is given rights by a provider. */
export const noPermissions = async (): Promise<Answer> => ok({ value: [] })

/** Templates are not carried out here yet; none was, so none is listed. */
export const listDeployments = async (): Promise<Answer> => ok({ value: [] })
