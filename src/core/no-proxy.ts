/**
 * Whether a NO_PROXY list keeps a host away from the proxy, by what Go, curl and Python's requests have in common: `*`; a name with
 * all that is below it; what is below a name that has a dot in front; an address. A port is looked over.
 */
export function sparesHost(list: string, host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '')
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .map((each) => each.replace(/^(\[.*\]|[^:]*):\d+$/, '$1').replace(/^\[|\]$/g, ''))
    .some((each) => {
      if (each === '' || each === '*') return each === '*'
      const below = each.replace(/^\*?\./, '.')
      return below.startsWith('.') ? name.endsWith(below) : name === each || name.endsWith(`.${each}`)
    })
}

/** The proxies that an environment names, and its list of exceptions. */
export function proxiesOf(env: Readonly<Record<string, string | undefined>>): { proxies: string[]; spared: string } {
  const named = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]).filter((name) => env[name])
  return { proxies: named, spared: env.no_proxy || env.NO_PROXY || '' }
}
