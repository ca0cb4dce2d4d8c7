import type { Origins } from '../deps.ts'
import { adfsOf, cloudName, graphOf } from './cloud.ts'

interface KeptCloud {
  name?: unknown
  endpoints?: Readonly<Record<string, unknown>>
  suffixes?: Readonly<Record<string, unknown>>
}

/** Whether what az kept of a cloud in its profile is this server still: it reads the metadata once, whatever becomes of the URL. */
export function isCurrent(kept: unknown, origins: Pick<Origins, 'control' | 'domain'>): boolean {
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
