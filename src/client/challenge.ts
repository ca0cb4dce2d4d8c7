/** What a registry asks for with 401. */
export interface Challenge {
  scheme: 'basic' | 'bearer'
  realm: string
  service: string | undefined
}

/** Reads the first challenge that we can answer; a token's before a password's. */
export function parseChallenge(header: string): Challenge | undefined {
  const found = [...header.matchAll(/(?:^|,\s*)(basic|bearer)\s+((?:[a-z_]+=(?:"[^"]*"|[^\s,"]+)(?:\s*,\s*(?=[a-z_]+=))?)+)/gi)].map(
    ([, scheme = '', rest = '']) => {
      const value = (name: string) => new RegExp(`\\b${name}=(?:"([^"]*)"|([^\\s,"]+))`, 'i').exec(rest)?.slice(1).find(Boolean)
      return { scheme: scheme.toLowerCase() as Challenge['scheme'], realm: value('realm') ?? '', service: value('service') }
    },
  )
  return found.find(({ scheme }) => scheme === 'bearer') ?? found[0]
}
