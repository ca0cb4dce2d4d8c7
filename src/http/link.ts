/** A `Link` to the next page of a list, relative to the host (RFC 8288); every value is percent-encoded. */
export function nextLink(path: string, parameters: Readonly<Record<string, string | number | undefined>>): readonly [string, string] {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&')
  return ['Link', `<${path}?${query}>; rel="next"`]
}
