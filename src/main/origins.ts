import { isIP } from 'node:net'
import type { Origins } from '#app/deps.ts'
import { type DataHost, formatDataHost, parseDataHost } from '#core/data-host.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { type HostNames, keptByHost, withoutPort } from '#http/hosts.ts'
import type { ListenAddress } from '#http/listener.ts'
import { firstRegistry } from './first-start.ts'
import type { Config } from './settings.ts'

/**
 * Under which names clients reach the control plane and the registries.
 * @param open the listeners' addresses, once they know their ports; those of the configuration until then
 */
export function originsOf(config: Config, open: { http?: ListenAddress | undefined; https?: ListenAddress | undefined } = {}): Origins {
  const control = (config.publicUrl?.origin ?? localOrigin(config, open)).toLowerCase()
  const { port, hostname } = new URL(control)
  const listening = (['https', 'http'] as const).flatMap((scheme) => {
    const address = open[scheme] ?? (config[scheme] === 'off' ? undefined : config[scheme])
    return address ? [new URL(`${scheme}://${hostname}:${address.port}`).origin] : []
  })
  const domain = port === '' ? config.domain : `${config.domain}:${port}`
  return { control, domain, own: [...new Set([control, ...listening])], firstRegistry }
}

function localOrigin(config: Config, open: { http?: ListenAddress | undefined; https?: ListenAddress | undefined }): string {
  const https = open.https ?? (config.https === 'off' ? undefined : config.https)
  const http = open.http ?? (config.http === 'off' ? undefined : config.http)
  const address = https ?? http
  if (!address) return 'https://localhost'
  const { host, port } = address
  const here = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host)
  const name = here ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host
  return new URL(`${https ? 'https' : 'http'}://${name}:${port}`).origin
}

/** What a host serves: the control plane with the first registry, one registry, or blobs of one registry. */
export type Host = { as: 'control' | 'registry'; registry: string } | ({ as: 'data' } & DataHost)

/** The hosts of this server; any port, for a proxy may have its own. */
export interface Hosts {
  of(host: string): Host | undefined
}

export function hostsOf(names: HostNames, domain: string): Hosts {
  const suffix = `.${domain}`
  const judge = (host: string): Host | undefined => {
    const name = withoutPort(host)
    const label = name.endsWith(suffix) ? name.slice(0, -suffix.length) : ''
    if (label !== '' && !label.includes('.')) return { as: 'registry', registry: label }
    const data = parseDataHost(name, domain)
    if (data) return { as: 'data', ...data }
    return names.has(host) ? { as: 'control', registry: firstRegistry } : undefined
  }
  return { of: keptByHost(judge) }
}

/** The name in a certificate for a registry's data endpoint, which those for the registries do not cover; undefined for any other host. */
export async function dataWildcard(
  { store }: { store: Pick<MetadataStore, 'registry'> },
  hosts: Hosts,
  domain: string,
  host: string,
): Promise<string | undefined> {
  const served = hosts.of(host.toLowerCase())
  if (served?.as !== 'data') return undefined
  const registry = await store.registry(served.registry)
  // One for all of a location: as many as there are locations, and none because somebody asks.
  return registry?.dataLocation === served.location ? formatDataHost({ registry: '*', location: served.location }, domain) : undefined
}
