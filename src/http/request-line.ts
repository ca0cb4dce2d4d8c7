import { RegistryError } from '#core/registry-error.ts'

// What the dialects of the data plane have in common when they read a request line.

const longestUrl = 8192

/** A raw URL without its origin, in two. Fails with `url-too-long`. */
export function splitUrl(url: string): { path: string; query: URLSearchParams | undefined } {
  if (url.length > longestUrl) throw new RegistryError('url-too-long', `the URL is longer than ${longestUrl} characters`)
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

/** A slash at the end says nothing where something is read; behind an area, or where something is changed, a name was left empty. */
export const asRead = (method: string, path: string): string =>
  (method === 'GET' || method === 'HEAD') && !emptyName.test(path) ? path.replace(/\/$/, '') : path

const emptyName = /\/(?:manifests|blobs|referrers|uploads|_tags|_manifests)\/$/

/** What a URL means, by its methods; a function where reading may fail. */
export type Choices<Request> = Readonly<Record<string, Request | (() => Request)>>

/** Fails with `method-unsupported`, whose detail lists the methods that there are. HEAD is wherever GET is, and means the same. */
export function chooseMethod<Request extends object>(method: string, choices: Choices<Request>): Request {
  const key = method === 'HEAD' && !Object.hasOwn(choices, 'HEAD') ? 'GET' : method
  const choice = Object.hasOwn(choices, key) ? choices[key] : undefined
  if (choice === undefined)
    throw new RegistryError('method-unsupported', `method ${method.slice(0, 20)} is not supported here`, {
      allowed: withHead(Object.keys(choices)),
    })
  return typeof choice === 'function' ? choice() : choice
}

/** The methods of a URL, as `Allow` lists them. */
export const withHead = (methods: readonly string[]): string[] =>
  methods.includes('HEAD') ? [...methods] : methods.flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each]))

export const notFound = () => new RegistryError('not-found', 'this URL is not part of the registry API')

/** The query of a URL that we write: parameters without a value are left out. */
export function formatQuery(parameters: readonly (readonly [string, string | undefined])[]): string {
  const given = parameters.filter(([, value]) => value !== undefined)
  return given.length === 0 ? '' : `?${given.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&')}`
}
