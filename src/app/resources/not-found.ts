import { RegistryError } from '#core/registry-error.ts'
import type { ResourceId } from '#core/resource-id.ts'

/** ARM's sentences for what is not there. */
export function resourceNotFound({ type, name, subscriptionId, resourceGroup, text }: ResourceId): RegistryError {
  if (type !== null)
    return notFound(
      'ResourceNotFound',
      resourceGroup === null
        ? `The resource '${text}' was not found.`
        : `The Resource '${pathOf(text)}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    )
  if (resourceGroup !== null) return notFound('ResourceGroupNotFound', `Resource group '${name}' could not be found.`)
  return notFound('SubscriptionNotFound', `The subscription '${subscriptionId ?? ''}' could not be found.`)
}

// `Microsoft.ContainerRegistry/registries/x/tokens/y`
const pathOf = (id: string): string => id.split('/providers/').at(-1) ?? id

const notFound = (code: string, message: string) => new RegistryError('not-found', message, { code })
