import { controlError, controlErrorWith } from '#core/control-error.ts'
import { RegistryError } from '#core/registry-error.ts'
import { withHead } from '#http/request-line.ts'
import type { ArmUrl } from './url.ts'

/** One member of a union for each kind, with the same fields. */
export type OneOf<Kind extends string, Fields> = Kind extends string ? { kind: Kind } & Fields : never

/** What is asked in one way alone; HEAD asks as GET does. Fails with `method-unsupported`. */
export function only<Request>(method: string, url: ArmUrl, request: Request): Request {
  if (url.method === method || (method === 'GET' && url.method === 'HEAD')) return request
  throw unsupportedMethod(url.method, [method])
}

export const unsupportedMethod = (method: string, allowed: readonly string[]) =>
  controlErrorWith({ allowed: withHead(allowed) }, 'MethodNotAllowed', method)

/** ARM's answer to whatever has neither a subscription nor a provider of the tenant. */
export const missingSubscription = () => controlError('MissingSubscription')

export const unknownPath = ({ path, scope }: ArmUrl) => (scope === '' ? missingSubscription() : controlError('HttpResourceNotFound', path))

/** ARM's sentences: a namespace that nobody serves, or a type that it does not have. */
export function noResourceType(name: string, { version, scope }: ArmUrl): RegistryError {
  const [namespace = '', ...rest] = name.split('/')
  if (scope === '' && rest.join('') !== '') return missingSubscription()
  if (!servedNamespaces.some((each) => each.toLowerCase() === namespace.toLowerCase()))
    return controlError('InvalidResourceNamespace', namespace)
  return controlError('InvalidResourceType', { type: rest.join('/'), namespace, version: version.text })
}

export const notInGroup = (type: string) => controlError('InvalidResourceId', type)

export const servedNamespaces = ['Microsoft.ContainerRegistry', 'Microsoft.Resources', 'Microsoft.Authorization'] as const
