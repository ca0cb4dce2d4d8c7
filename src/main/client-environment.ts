import { readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolders } from '#adapters/fs/make-folders.ts'
import type { Origins } from '#app/deps.ts'
import type { Variable } from '#cli/host.ts'
import type { AuthorityInfo, Maintenance } from '#core/maintenance.ts'
import { proxiesOf, sparesHost } from '#core/no-proxy.ts'
import { Refusal } from '#core/refusal.ts'
import { withoutPort } from '#http/hosts.ts'
import { adfsOf, cloudName, graphOf } from '#surfaces/discovery/cloud.ts'
import { writeCaBundle } from '#adapters/system/ca-bundle.ts'
import { firstRegistry } from './first-start.ts'

/**
 * What `az`, Azure's SDKs and their like read from the environment to find this server and to trust it. Brings the files
 * that the variables name up to date.
 * @param own the environment as it is
 */
export async function clientEnvironment(
  machine: Maintenance,
  { dataDir, own }: { dataDir: string; own: Readonly<Record<string, string | undefined>> },
): Promise<Variable[]> {
  const { control, domain } = await machine.addresses()
  const authority = await localAuthorityOf(machine)
  const configDir = own.AZURE_CONFIG_DIR || join(dataDir, 'azure')
  // az 2.45 fails in a profile that is not there.
  makeFolders(configDir)
  forgetStaleClouds(configDir, { control, domain, own: [control], firstRegistry })
  return [
    ['ARM_CLOUD_METADATA_URL', `${control}/metadata/endpoints?api-version=2019-05-01`],
    ...(authority ? trustOf(authority) : []),
    ['AZURE_CORE_INSTANCE_DISCOVERY', 'false'],
    ['AZURE_CORE_COLLECT_TELEMETRY', '0'],
    ['AZURE_AUTHORITY_HOST', control],
    ...pastProxies(own, { control, domain }),
    ...(own.AZURE_CONFIG_DIR ? [] : [['AZURE_CONFIG_DIR', configDir] as const]),
  ]
}

/** A proxy of this shell would be asked for names that only this machine knows. */
function pastProxies(
  own: Readonly<Record<string, string | undefined>>,
  { control, domain }: Pick<Origins, 'control' | 'domain'>,
): Variable[] {
  const { proxies, spared } = proxiesOf(own)
  const missing = [new URL(control).hostname, withoutPort(domain)].filter((host) => !sparesHost(spared, host))
  if (proxies.length === 0 || missing.length === 0) return []
  const list = [...spared.split(',').filter(Boolean), ...missing].join(',')
  return [
    ['NO_PROXY', list],
    ['no_proxy', list],
  ]
}

/** Undefined: the server has a certificate of the operator's, which clients trust already. */
async function localAuthorityOf(machine: Maintenance): Promise<AuthorityInfo | undefined> {
  try {
    return await machine.authority({ renew: false })
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'no-local-authority') return undefined
    throw error
  }
}

function trustOf({ path }: AuthorityInfo): Variable[] {
  const bundle = writeCaBundle(dirname(path))
  // az asks for the metadata without the library that reads the first one; Node adds to its own roots.
  return [
    ['REQUESTS_CA_BUNDLE', bundle],
    ['SSL_CERT_FILE', bundle],
    ['NODE_EXTRA_CA_CERTS', path],
  ]
}

/** az reads the metadata once and keeps them in its profile, whatever becomes of the URL. */
function forgetStaleClouds(configDir: string, origins: Origins): void {
  const path = join(configDir, 'cloudEndpoints.json')
  if (!isCurrent(read(path), origins)) rmSync(path, { force: true })
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

interface KeptCloud {
  name?: unknown
  endpoints?: Readonly<Record<string, unknown>>
  suffixes?: Readonly<Record<string, unknown>>
}

function isCurrent(kept: unknown, origins: Origins): boolean {
  const clouds: unknown = (kept as { clouds?: unknown } | undefined)?.clouds
  // az writes an empty object where it remembers nothing.
  const [cloud, ...others] = Array.isArray(clouds) ? (clouds as KeptCloud[]) : []
  const { endpoints, suffixes } = cloud ?? {}
  return (
    others.length === 0 &&
    cloud?.name === cloudName &&
    endpoints?.resource_manager === origins.control &&
    endpoints.active_directory === adfsOf(origins) &&
    endpoints.microsoft_graph_resource_id === graphOf(origins) &&
    suffixes?.acr_login_server_endpoint === `.${origins.domain}`
  )
}
