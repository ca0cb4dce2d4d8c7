/**
 * Whether a NO_PROXY list keeps a host away from the proxy, by the rules that Go, curl and Python's requests share: `*`, a name
 * with all that is below it (with or without the dot in front), an address; a port is looked over.
 */
export function sparesHost(list: string, host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '')
  return list
    .split(/[\s,]+/)
    .map((each) =>
      each
        .toLowerCase()
        .replace(/^(\[.*\]|[^:]*):\d+$/, '$1')
        .replace(/^\*?\.(?=.)|^\[|\]$/g, ''),
    )
    .some((each) => each !== '' && (each === '*' || name === each || name.endsWith(`.${each}`)))
}

/** The proxies that an environment names, and its list of exceptions. */
export function proxiesOf(env: Readonly<Record<string, string | undefined>>): { proxies: string[]; spared: string } {
  const named = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]).filter((name) => env[name])
  return { proxies: named, spared: env.no_proxy || env.NO_PROXY || '' }
}
