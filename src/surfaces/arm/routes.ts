import type { Access } from '#core/access.ts'
import type { ResourceId } from '#core/resource-id.ts'
import type { Route, Routes } from '#http/surface.ts'
import type { Context } from './context.ts'
import type { ExtensionRequest } from './extension-request.ts'
import { listSubscriptions, listTenants, showSubscription } from './subscriptions.ts'
import { listLocations } from './locations.ts'
import { checkName } from './types/registries/check-name.ts'
import { showOperation } from './provider/operation-results.ts'
import { listAllOperations, listOperations, showOperations } from './provider/operations.ts'
import { listDeployments, listProviders, noPermissions, refuseUnregister, registerProvider, showProvider } from './provider/providers.ts'
import type { ArmRequest } from './request.ts'
import { listEverything, refuseMove } from './resource-lists.ts'
import { act, listType, putOne, removeOne, showOne, updateOne, whetherThere } from './resources.ts'
import type { ResourceType } from './resource-type.ts'
import { changeTags, listTagNames, removeTags, replaceTags, showTags } from './tags.ts'

/** One of Azure's actions at the place that a request names. */
const action = (name: string, scope: { key: string }): Access => ({ kind: 'action', action: name, scope: scope.key })
/** A list is for everybody who is signed in, and leaves out what they may not see. */
const signedIn = (): Access => ({ kind: 'signed-in' })
const at =
  (name: string) =>
  ({ subscription }: { subscription: ResourceId }): Access =>
    action(name, subscription)
const on =
  (verb: string) =>
  ({ type, id }: { type: ResourceType; id: ResourceId }): Access =>
    action(`${type.name}/${verb}`, id)
const ofTags =
  (verb: string) =>
  ({ of }: { of: ResourceId }): Access =>
    action(`Microsoft.Resources/tags/${verb}`, of)

const atScope =
  (verb: string) =>
  ({ type, scope }: Extract<ExtensionRequest, { name: string }>): Access =>
    type.access === 'signed-in' ? signedIn() : action(`${type.name}/${verb}`, scope)

/** Every request of ARM, and what its caller must hold. What lists shows what the caller may see, and nothing else. */
const routes: Routes<Context, ArmRequest> = {
  'tenants.list': { access: signedIn, handle: listTenants },
  'subscriptions.list': { access: signedIn, handle: listSubscriptions },
  'subscription.get': { access: signedIn, handle: showSubscription },
  'locations.list': { access: signedIn, handle: listLocations },
  'tagNames.list': { access: signedIn, handle: listTagNames },
  'resources.list': { access: signedIn, handle: listEverything },
  'resources.move': {
    access: ({ group, validateOnly }) =>
      action(`Microsoft.Resources/subscriptions/resourceGroups/${validateOnly ? 'validateMoveResources' : 'moveResources'}/action`, group),
    handle: refuseMove,
  },
  'providers.list': { access: signedIn, handle: listProviders },
  'provider.get': { access: signedIn, handle: showProvider },
  'provider.register': {
    access: ({ namespace, subscription }) => action(`${namespace}/register/action`, subscription),
    handle: registerProvider,
  },
  'provider.unregister': {
    access: ({ namespace, subscription }) => action(`${namespace}/unregister/action`, subscription),
    handle: refuseUnregister,
  },
  'provider.operations': { access: signedIn, handle: listOperations },
  'provider.permissions': { access: signedIn, handle: noPermissions },
  'providerOperations.list': { access: signedIn, handle: listAllOperations },
  'providerOperations.get': { access: signedIn, handle: showOperations },
  'deployments.list': { access: signedIn, handle: listDeployments },
  'name.check': { access: at('Microsoft.ContainerRegistry/checkNameAvailability/read'), handle: checkName },
  // Who began it, or may read what it is about: told by the operation itself.
  'operation.get': { access: signedIn, handle: showOperation },
  'tags.get': { access: ofTags('read'), handle: showTags },
  'tags.put': { access: ofTags('write'), handle: replaceTags },
  'tags.patch': { access: ofTags('write'), handle: changeTags },
  'tags.delete': { access: ofTags('delete'), handle: removeTags },
  'extension.list': { access: signedIn, handle: (context, { type, ...asked }) => type.list(context, asked) },
  'extension.get': { access: atScope('read'), handle: (context, { handle, ...one }) => handle(context, one) },
  'extension.put': { access: atScope('write'), handle: (context, { handle, ...one }) => handle(context, one) },
  'extension.delete': { access: atScope('delete'), handle: (context, { handle, ...one }) => handle(context, one) },
  'type.list': { access: signedIn, handle: listType },
  'resource.get': { access: on('read'), handle: showOne },
  'resource.exists': { access: on('read'), handle: whetherThere },
  'resource.put': { access: on('write'), handle: putOne },
  'resource.patch': { access: on('write'), handle: updateOne },
  'resource.delete': { access: on('delete'), handle: removeOne },
  'resource.act': {
    access: ({ type, id, action: name }) => action(`${type.name}/${type.actions[name]?.permission ?? `${name}/action`}`, id),
    handle: act,
  },
}

export const routeOf = (request: ArmRequest): Route<Context, never> => routes[request.kind]
