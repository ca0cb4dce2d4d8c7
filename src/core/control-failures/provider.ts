import { reservedSentence } from '../reserved-names.ts'
import type { FailureRows } from './row.ts'

/** What the providers of resources and of registries say. */
export const providerFailures = {
  AlreadyInUse: {
    failure: 'conflict',
    words: (host: string) =>
      `The registry DNS name ${host} is already in use. You can check if the name is already claimed using following API: https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/checknameavailability`,
  },
  CannotUnregisterProvider: {
    failure: 'conflict',
    words: (namespace: string) => `The provider '${namespace}' cannot be unregistered: it is part of this server.`,
  },
  FeatureNotAvailable: {
    failure: 'feature-unavailable',
    words: ({ feature, more = '' }: { feature: string; more?: string; target?: string }) =>
      `'${feature}' is not available in this version of Longshore${more}.`,
  },
  HomeReplication: {
    failure: 'unsupported',
    target: 'name',
    words: ({ name, registry }: { name: string; registry: string }) =>
      `'${name}' is the home replica of the registry '${registry}': it is made and deleted with the registry, and in no other way.`,
  },
  InvalidNetworkRule: {
    failure: 'request-invalid',
    target: 'properties.networkRuleSet.ipRules',
    words: (value: string) =>
      `'${value.slice(0, 80)}' is not an IP address or a CIDR block: expected one such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.`,
  },
  InvalidResourceProperties: {
    failure: 'request-invalid',
    words: ({ sentence }: { sentence: string; target: string }) => sentence,
  },
  InvalidScope: {
    failure: 'request-invalid',
    words: () => 'The tenant has no tags: give the scope of a subscription, a resource group or a resource.',
  },
  InvalidScopeMapAction: { failure: 'request-invalid', target: 'properties.actions', words: (sentence: string) => sentence },
  OperationNotFound: {
    failure: 'not-found',
    words: (id: string) => `The operation '${id.slice(0, 100)}' could not be found, or its result is no longer kept.`,
  },
  PreconditionFailed: {
    failure: 'precondition-failed',
    words: (etag: string | undefined) =>
      `The condition of the request was not met by the resource: ${etag === undefined ? 'it does not exist' : `its etag is "${etag}" now`}.`,
  },
  QuotaExceeded: { failure: 'request-invalid', words: ({ sentence }: { sentence: string; target: string }) => sentence },
  ReservedResourceName: {
    failure: 'name-invalid',
    target: 'name',
    words: reservedSentence,
  },
  ResourceMoveNotSupported: {
    failure: 'unsupported',
    words: () => 'Resources cannot be moved to another resource group or subscription here: create them there anew.',
  },
  ScopeMapInUse: {
    failure: 'in-use',
    words: ({ map, token }: { map: string; token: string }) =>
      `The scope map '${map}' is in use by the token '${token}' and cannot be deleted.`,
  },
  SkuDowngradeNotAllowed: {
    failure: 'conflict',
    target: 'sku.name',
    words: ({ from, to, has }: { from: string; to: string; has: { count: number; what: string; most: number } }) =>
      `The registry cannot be moved from SKU ${from} to ${to}: it has ${has.count} ${has.what}, and up to ${has.most} are allowed there. Delete some first.`,
  },
  SkuNotSupported: { failure: 'request-invalid', words: ({ sentence }: { sentence: string; target: string }) => sentence },
  SystemDefinedResource: {
    failure: 'unsupported',
    words: (id: string) => `'${id}' is defined by the system: it cannot be changed or deleted.`,
  },
  SystemDefinedScopeMap: {
    failure: 'unsupported',
    words: (name: string) => `The scope map '${name}' is system defined: it cannot be changed or deleted.`,
  },
  TooManyTags: {
    failure: 'request-invalid',
    target: 'properties.tags',
    words: (most: number) => `A resource may have up to ${most} tags.`,
  },
  UnAuthorizedForCredentialOperations: {
    failure: 'request-invalid',
    words: (registryId: string) =>
      `Cannot perform credential operations for ${registryId} as admin user is disabled. Kindly enable admin user as per docs: https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account`,
  },
} as const satisfies FailureRows
