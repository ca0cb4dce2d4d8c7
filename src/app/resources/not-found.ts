import { type ControlError, controlError } from '#core/control-error.ts'
import type { ResourceId } from '#core/resource-id.ts'

/** ARM's sentences for what is not there. */
export function resourceNotFound({ type, name, subscriptionId, resourceGroup, text }: ResourceId): ControlError {
  if (type !== null)
    return controlError(
      'ResourceNotFound',
      resourceGroup === null
        ? `The resource '${text}' was not found.`
        : `The Resource '${pathOf(text)}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    )
  if (resourceGroup !== null) return controlError('ResourceGroupNotFound', name)
  return controlError('SubscriptionNotFound', subscriptionId ?? '')
}

// `Microsoft.ContainerRegistry/registries/x/tokens/y`
const pathOf = (id: string): string => id.split('/providers/').at(-1) ?? id

/** What something would lie in, or is asked of, is not there. */
export function parentNotFound(id: ResourceId, parent: { key: string; type: string; verb: 'read' | 'write' }): ControlError {
  if (id.type === null) return controlError('SubscriptionNotFound', id.subscriptionId ?? '')
  if (!parent.key.includes('/providers/')) return controlError('ResourceGroupNotFound', id.resourceGroup ?? '')
  return controlError('ParentResourceNotFound', { verb: parent.verb, type: parent.type, parent: id.text.slice(0, parent.key.length) })
}
