import type { FailureRows } from './row.ts'

/** What ARM itself says, in front of the providers: about the caller, the path, the version, the envelope, and what is not there. */
export const armFailures = {
  AuthenticationFailed: { failure: 'unauthorized', words: (why: string) => `Authentication failed. ${why}` },
  AuthorizationFailed: {
    failure: 'denied',
    words: (asked: { caller: { name: string; id: string }; action: string; scope: string }) =>
      `The client '${asked.caller.name}' with object id '${asked.caller.id}' does not have authorization to perform action '${asked.action}' over scope '${asked.scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  },
  HttpResourceNotFound: {
    failure: 'not-found',
    words: (path: string) => `No HTTP resource was found that matches the request URI '${path.slice(0, 400)}'.`,
  },
  InvalidApiVersionParameter: {
    failure: 'request-invalid',
    words: ({ version, supported }: { version: string; supported: string }) =>
      `The api-version '${version.slice(0, 60)}' is invalid. The supported versions are '${supported}'.`,
  },
  InvalidHeaderValue: {
    failure: 'request-invalid',
    words: () => "The 'If-Match' header must hold one etag in quotes, or '*'.",
  },
  InvalidRequestContent: {
    failure: 'request-invalid',
    words: ({ sentence }: { sentence: string; target?: string }) => sentence,
  },
  InvalidResourceGroupLocation: { failure: 'conflict', target: 'location', words: elsewhere },
  InvalidResourceId: {
    failure: 'request-invalid',
    words: (type: string) =>
      `A resource of the type '${type.slice(0, 200)}' lies in a resource group: its id names one before the provider.`,
  },
  InvalidResourceLocation: { failure: 'conflict', target: 'location', words: elsewhere },
  InvalidResourceName: {
    failure: 'name-invalid',
    target: 'name',
    words: ({ name, type, like }: { name: string; type: string; like: string }) =>
      `The resource name '${name.slice(0, 100)}' is invalid: a name of ${type} has ${like}.`,
  },
  InvalidResourceNamespace: {
    failure: 'not-found',
    words: (namespace: string) => `The resource namespace '${namespace.slice(0, 100)}' is invalid.`,
  },
  InvalidResourceType: {
    failure: 'not-found',
    words: ({ type, namespace, version }: { type: string; namespace: string; version: string }) =>
      `The resource type '${type.slice(0, 200)}' could not be found in the namespace '${namespace}' for api version '${version}'.`,
  },
  InvalidSkipToken: { failure: 'page-invalid', words: () => 'The $skipToken is not one that a nextLink has.' },
  InvalidTopValue: {
    failure: 'request-invalid',
    words: (top: string) => `The value '${top.slice(0, 40)}' of $top is invalid: expected a whole number from 1.`,
  },
  InvalidUri: { failure: 'request-invalid', words: (sentence: string) => sentence },
  LocationNotAvailableForResourceType: {
    failure: 'request-invalid',
    target: 'location',
    words: (location: string) => `The provided location '${location.slice(0, 60)}' is not valid: expected a word such as westeurope.`,
  },
  LocationRequired: {
    failure: 'request-invalid',
    target: 'location',
    words: () => 'The location property is required for this definition.',
  },
  MethodNotAllowed: {
    failure: 'method-unsupported',
    words: (method: string) => `The requested resource does not support http method '${method.slice(0, 20)}'.`,
  },
  MissingApiVersionParameter: {
    failure: 'request-invalid',
    words: () => 'The api-version query parameter (?api-version=) is required for all requests.',
  },
  MissingSubscription: {
    failure: 'not-found',
    words: () => 'The request did not have a subscription or a valid tenant level resource provider.',
  },
  NoRegisteredProviderFound: {
    failure: 'request-invalid',
    words: ({ of, supported, location }: { of: string; supported: string; location?: string }) =>
      `No registered resource provider found for ${of}. The supported api-versions are '${supported}'.${location === undefined ? '' : ` The supported locations are '${location}'.`}`,
  },
  ParentResourceNotFound: {
    failure: 'parent-unknown',
    words: ({ verb, type, parent }: { verb: 'read' | 'write'; type: string; parent: string }) =>
      `Failed to perform '${verb}' on resource(s) of type '${type.split('/').slice(1).join('/')}', because the parent resource '${parent}' could not be found.`,
  },
  RequestContentTooLarge: {
    failure: 'size-invalid',
    words: (most: number) => `The request content size exceeds the maximum size of ${most} bytes.`,
  },
  ResourceGroupNotFound: { failure: 'not-found', words: (name: string) => `Resource group '${name}' could not be found.` },
  ResourceNotFound: { failure: 'not-found', words: (sentence: string) => sentence },
  SubscriptionNotFound: { failure: 'not-found', words: (id: string) => `The subscription '${id}' could not be found.` },
} as const satisfies FailureRows

function elsewhere({ name, before, group, location }: { name: string; before: string; group: string; location: string }): string {
  return `The resource '${name}' already exists in location '${before}' in resource group '${group}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`
}
