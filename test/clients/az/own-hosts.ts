// A hosts file that only our own commands see: they run in a mount namespace, and the machine's file stays as it is.

/** The command line that runs another one with `hosts` in place of /etc/hosts. */
export function withHosts(hosts: string, command: string, args: readonly string[]): [command: string, args: string[]] {
  const script = 'mount --bind "$0" /etc/hosts && exec "$@"'
  return ['unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, hosts, command, ...args]]
}
