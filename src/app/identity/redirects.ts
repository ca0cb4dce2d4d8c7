const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Where a code may be sent: a program on the person's own machine (RFC 8252 §7.3), any port, any path. Undefined for
 * anything else. That only these are served is why a client id needs no registration for a person to sign in: whoever
 * names it gets nothing that does not end on the machine of the person who typed the password.
 */
export function loopbackRedirect(text: string): URL | undefined {
  if (text.length > 1000 || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const plain = `${url.username}${url.password}` === '' && url.hash === '' && !text.includes('#')
  return url.protocol === 'http:' && loopback.has(url.hostname) && plain ? url : undefined
}
