/** What a URL of a PostgreSQL may say of its hosts; all are asked for one that takes writes. */
const writable: ReadonlySet<string> = new Set(['read-write', 'primary'])

/**
 * `postgres://user@a:5432,b:5432/database?target_session_attrs=read-write`, a URL for each host; undefined where it is none. What else could
 * be asked for than a host that takes writes is of no use to a registry, and is none either.
 */
export function hostsOf(text: string): URL[] | undefined {
  const [, before, hosts, behind] = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]+)(\/[^?#@]+(?:\?[^#]*)?)$/.exec(text) ?? []
  if (before === undefined || hosts === undefined || behind === undefined) return undefined
  const urls = hosts.split(',').map((host) => (URL.canParse(before + host + behind) ? new URL(before + host + behind) : undefined))
  for (const url of urls) {
    if (!url?.hostname) return undefined
    const attributes = url.searchParams.get('target_session_attrs')
    if (attributes === null) continue
    if (!writable.has(attributes)) return undefined
    url.searchParams.delete('target_session_attrs')
  }
  return urls as URL[]
}

/** For people, without the password that it may have; undefined where it is none. */
export function shownHosts(text: string): string | undefined {
  const [first, ...others] = hostsOf(text) ?? []
  if (!first) return undefined
  if (first.password) first.password = '***'
  for (const name of first.searchParams.keys()) if (/pass/i.test(name)) first.searchParams.set(name, '***')
  const name = first.username && `${first.username}${first.password && ':***'}@`
  return `${first.protocol}//${name}${[first, ...others].map(({ host }) => host).join()}${first.pathname}${first.search}`
}
