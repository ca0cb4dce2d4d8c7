import { RegistryError } from './registry-error.ts'

// What the dialects of the data plane have in common when they read a request line.

const longestUrl = 8192

/** A raw URL without its origin, in two. Fails with `request-invalid`. */
export function splitUrl(url: string): { path: string; query: URLSearchParams | undefined } {
  if (url.length > longestUrl) throw new RegistryError('request-invalid', `the URL is longer than ${longestUrl} characters`)
  const mark = url.indexOf('?')
  return mark === -1 ? { path: url, query: undefined } : { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) }
}

/** Percent-decodes a path. Fails with `not-found`. */
export function decodePath(path: string): string {
  if (!path.includes('%')) return path
  let text: string
  try {
    text = decodeURIComponent(path)
  } catch {
    throw notFound()
  }
  // One decoding must reach the end: %252f is nobody's name.
  if (text.includes('%') || text.includes('\0')) throw notFound()
  return text
}

/** What a URL means, by its methods; a function where reading may fail. */
export type Choices<Request> = Readonly<Record<string, Request | (() => Request)>>

/** Fails with `method-unsupported`, whose detail lists the methods that there are. */
export function chooseMethod<Request extends object>(method: string, choices: Choices<Request>): Request {
  const choice = Object.hasOwn(choices, method) ? choices[method] : undefined
  if (choice === undefined)
    throw new RegistryError('method-unsupported', `method ${method.slice(0, 20)} is not supported here`, {
      allowed: Object.keys(choices),
    })
  return typeof choice === 'function' ? choice() : choice
}

export const notFound = () => new RegistryError('not-found', 'this URL is not part of the registry API')

/** The query of a URL that we write: parameters without a value are left out. */
export function formatQuery(parameters: readonly (readonly [string, string | undefined])[]): string {
  const given = parameters.filter(([, value]) => value !== undefined)
  return given.length === 0 ? '' : `?${given.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&')}`
}
