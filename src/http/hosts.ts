/** The names under which a server may be spoken to: exact, `*.example.org` for one label more, or an address. Any port. */
export interface HostNames {
  has(host: string): boolean
}

const mostJudged = 1000
/** 253 of a name (RFC 1035 §2.3.4) with a port, or an address in brackets. */
const longestHost = 260

export function hostNames(names: readonly string[]): HostNames {
  const exact = new Set(names.map(normalHost))
  const suffixes = names.filter((name) => name.startsWith('*.')).map((name) => name.slice(1).toLowerCase())
  const judge = (host: string): boolean => {
    const name = withoutPort(host)
    if (exact.has(name)) return true
    return suffixes.some((suffix) => name.endsWith(suffix) && !name.slice(0, -suffix.length).includes('.') && name.length > suffix.length)
  }
  return { has: keptByHost(judge) }
}

/** The same few hosts come with every request. What cannot be one, a client may write at any length: it is not kept. */
export function keptByHost<Judgement>(judge: (host: string) => Judgement): (host: string) => Judgement {
  const kept = new Map<string, Judgement>()
  return (host) => {
    if (host.length > longestHost) return judge(host)
    const known = kept.get(host)
    if (known !== undefined) return known
    const judgement = judge(host)
    if (kept.size >= mostJudged) kept.clear()
    kept.set(host, judgement)
    return judgement
  }
}

/** As hosts are compared: lower case, no dot at the end, an IPv6 address in brackets. */
export const normalHost = (name: string): string => {
  const lower = name.toLowerCase().replace(/\.$/, '')
  return lower.includes(':') && !lower.startsWith('[') ? `[${lower}]` : lower
}

/** Whether it is a Host header's value (RFC 9110 §7.2); a port may be left out behind its colon. */
export const isHost = (host: string): boolean => /^(?:\[[0-9a-f:.]+\]|[a-z0-9._~!$&'()*+,;=%-]+)(?::[0-9]{0,5})?$/i.test(host)

/** The name of a Host header. */
export function withoutPort(host: string): string {
  const match = /^(\[[0-9a-f:.%]+\]|[^:]*)(?::[0-9]{0,5})?$/i.exec(host)
  return normalHost(match?.[1] ?? '')
}

/** The port of a Host header with its colon; empty when none was written. */
export const portOf = (host: string): string => /:[0-9]{1,5}$/.exec(host)?.[0] ?? ''

/** RFC 9112 §3.2: a request has one Host. Of two, what stands before us may have believed the other. */
export function hasSeveralHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.length === 4 && rawHeaders[at]?.toLowerCase() === 'host') hosts++
  return hosts > 1
}
