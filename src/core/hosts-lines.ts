/** The lines of a hosts file that lead names to addresses, this machine's own when none are given. */
export const hostsLines = (names: readonly string[], addresses: readonly string[] = ['127.0.0.1', '::1']): string[] =>
  names.flatMap((name) => addresses.map((address) => `${address} ${name}`))
