import { proxiesOf, sparesHost } from '#core/no-proxy.ts'
import type { Origins } from '../deps.ts'

export type Environment = Readonly<Record<string, string | undefined>>
export type Variable = readonly [name: string, value: string]

/**
 * What `az`, Azure's SDKs and their like read from the environment to find this server and to trust it.
 * @param own the environment as it is
 * @param trust the local authority and the bundle of it and the system's roots; undefined: clients trust the certificate already
 * @param configDir az's profile for this server, where the environment names none
 */
export function clientVariables(
  { control, domain }: Pick<Origins, 'control' | 'domain'>,
  { own, trust, configDir }: { own: Environment; trust: { ca: string; bundle: string } | undefined; configDir: string },
): Variable[] {
  return [
    ['ARM_CLOUD_METADATA_URL', `${control}/metadata/endpoints?api-version=2019-05-01`],
    // az asks for the metadata without the library that reads the first one; Node adds to its own roots.
    ...(trust
      ? ([
          ['REQUESTS_CA_BUNDLE', trust.bundle],
          ['SSL_CERT_FILE', trust.bundle],
          ['NODE_EXTRA_CA_CERTS', trust.ca],
        ] as const)
      : []),
    ['AZURE_CORE_INSTANCE_DISCOVERY', 'false'],
    ['AZURE_CORE_COLLECT_TELEMETRY', '0'],
    ['AZURE_AUTHORITY_HOST', control],
    ...pastProxies(own, [new URL(control).hostname, domain.replace(/:[0-9]+$/, '')]),
    ...(own.AZURE_CONFIG_DIR ? [] : [['AZURE_CONFIG_DIR', configDir] as const]),
  ]
}

/** A proxy of this shell would be asked for names that only this machine knows. */
function pastProxies(own: Environment, hosts: readonly string[]): Variable[] {
  const { proxies, spared } = proxiesOf(own)
  const missing = hosts.filter((host) => !sparesHost(spared, host))
  if (proxies.length === 0 || missing.length === 0) return []
  const list = [...spared.split(',').filter(Boolean), ...missing].join(',')
  return [
    ['NO_PROXY', list],
    ['no_proxy', list],
  ]
}
