import { isIP } from 'node:net'
import { hostname } from 'node:os'
import type { ListenAddress } from '#http/listener.ts'
import type { Config } from './settings.ts'

/** The names that the server answers to: this machine's loopback, what it listens on, and what the operator names. */
export function serverNames(config: Config): string[] {
  const names = ['localhost', config.domain, `*.${config.domain}`, '127.0.0.1', '::1', 'host.docker.internal']
  for (const address of [config.http, config.https]) {
    if (address === 'off') continue
    if (listensEverywhere(address)) names.push(...impliedNames())
    else names.push(address.host.toLowerCase())
  }
  if (config.publicUrl) names.push(config.publicUrl.hostname.replace(/^\[|\]$/g, ''))
  return [...new Set([...names, ...config.names])].filter((name) => isIP(name) !== 0 || /^[a-z0-9*.-]+$/.test(name))
}

/** Names that a server which listens everywhere has without being asked. */
export const impliedNames = (): string[] => [hostname().toLowerCase()]

const listensEverywhere = ({ host }: ListenAddress): boolean => host === '0.0.0.0' || host === '::'
