import { RegistryError } from '#core/registry-error.ts'
import { withHead } from '#core/request-line.ts'
import type { ArmUrl } from './url.ts'

/** One member of a union for each kind, with the same fields. */
export type OneOf<Kind extends string, Fields> = Kind extends string ? { kind: Kind } & Fields : never

/** What is asked in one way alone; HEAD asks as GET does. Fails with `method-unsupported`. */
export function only<Request>(method: string, url: ArmUrl, request: Request): Request {
  if (url.method === method || (method === 'GET' && url.method === 'HEAD')) return request
  throw unsupportedMethod(url.method, [method])
}

export const unsupportedMethod = (method: string, allowed: readonly string[]) =>
  new RegistryError('method-unsupported', `The requested resource does not support http method '${method.slice(0, 20)}'.`, {
    allowed: withHead(allowed),
  })

/** ARM's answer to whatever has neither a subscription nor a provider of the tenant. */
export const missingSubscription = () =>
  new RegistryError('not-found', 'The request did not have a subscription or a valid tenant level resource provider.', {
    code: 'MissingSubscription',
  })

export const unknownPath = ({ path, scope }: ArmUrl) =>
  scope === ''
    ? missingSubscription()
    : new RegistryError('not-found', `No HTTP resource was found that matches the request URI '${path.slice(0, 400)}'.`, {
        code: 'HttpResourceNotFound',
      })

/** ARM's sentences: a namespace that nobody serves, or a type that it does not have. */
export function noResourceType(name: string, { version, scope }: ArmUrl): RegistryError {
  const [namespace = '', ...rest] = name.split('/')
  if (scope === '' && rest.join('') !== '') return missingSubscription()
  if (!servedNamespaces.some((each) => each.toLowerCase() === namespace.toLowerCase()))
    return new RegistryError('not-found', `The resource namespace '${namespace.slice(0, 100)}' is invalid.`, {
      code: 'InvalidResourceNamespace',
    })
  return new RegistryError(
    'not-found',
    `The resource type '${rest.join('/').slice(0, 200)}' could not be found in the namespace '${namespace}' for api version '${version.text}'.`,
    { code: 'InvalidResourceType' },
  )
}

export const notInGroup = (type: string) =>
  new RegistryError(
    'request-invalid',
    `A resource of the type '${type.slice(0, 200)}' lies in a resource group: its id names one before the provider.`,
    {
      code: 'InvalidResourceId',
    },
  )

export const servedNamespaces = ['Microsoft.ContainerRegistry', 'Microsoft.Resources', 'Microsoft.Authorization'] as const
