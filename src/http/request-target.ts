/** What a request line asks for (RFC 9112 §3.2), with its path in one spelling. */
export interface RequestTarget {
  /** Path and query; `*` for the server itself. */
  url: string
  /** Of a target in absolute form; it counts, and what Host says does not. */
  origin?: { scheme: 'http' | 'https'; authority: string }
}

const absolute = /^(https?):\/\/([^/?#]*)([^#]*)$/i

/** Undefined for a target that is none of its method's. */
export function readTarget(method: string, raw: string): RequestTarget | undefined {
  if (raw.charCodeAt(0) === slash) return raw.includes('#') ? undefined : { url: normalUrl(raw) }
  if (raw === '*') return method === 'OPTIONS' ? { url: '*' } : undefined
  const [, scheme = '', authority = '', rest = ''] = absolute.exec(raw) ?? []
  // A name and password before the host are how one host is dressed up as another (RFC 9110 §4.2.4).
  if (authority === '' || authority.includes('@')) return undefined
  const origin = { scheme: scheme.toLowerCase() as 'http' | 'https', authority }
  // `OPTIONS http://host` without a path is the asterisk on its way through a proxy (RFC 9112 §3.2.4).
  if (rest === '' && method === 'OPTIONS') return { url: '*', origin }
  return { url: normalUrl(rest.startsWith('/') ? rest : `/${rest}`), origin }
}

const slash = 47
const odd = /^\/\/|%/

/**
 * What means the same has one spelling behind this point: letters, digits, `-._~` are not percent-encoded (RFC 3986 §6.2.2.2),
 * and a path begins with one slash, since clients put theirs behind a base that ends with one. What is inside is left as it is.
 */
function normalUrl(url: string): string {
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  if (!odd.test(path)) return url
  const normal = path
    .replace(/%[0-9a-f]{2}/gi, (code) => {
      const character = String.fromCharCode(Number.parseInt(code.slice(1), 16))
      return /[A-Za-z0-9._~-]/.test(character) ? character : code
    })
    .replace(/^\/{2,}/, '/')
  return mark === -1 ? normal : normal + url.slice(mark)
}
