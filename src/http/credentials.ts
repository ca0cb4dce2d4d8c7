/**
 * Reads an Authorization header (RFC 7617 Basic, RFC 6750 Bearer). `undefined`: there is none, or nobody in it. `'malformed'`: there is
 * one that we do not understand.
 */
export function parseAuthorization(
  header: string | undefined,
): { kind: 'basic'; username: string; password: string } | { kind: 'bearer'; token: string } | 'malformed' | undefined {
  if (header === undefined || header === '') return undefined
  const space = header.indexOf(' ')
  const scheme = header.slice(0, space === -1 ? undefined : space).toLowerCase()
  const value = space === -1 ? '' : header.slice(space + 1).trim()
  if (scheme === 'bearer' && value !== '') return { kind: 'bearer', token: value }
  if (scheme !== 'basic' || !/^[A-Za-z0-9+/_-]+=*$/.test(value)) return 'malformed'
  const text = Buffer.from(value, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  // An empty name and an empty password: so docker 1.6 and others say that they have none.
  if (text === ':') return undefined
  return colon === -1 ? 'malformed' : { kind: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) }
}
