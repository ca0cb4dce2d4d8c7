import { isLocation } from './location.ts'

/** Where a registry's blobs are given when not by its login server. */
export interface DataHost {
  registry: string
  location: string
}

/** Azure's form of the name (acr "Endpoints"): az reads the location out of its second label. */
export const formatDataHost = ({ registry, location }: DataHost, domain: string): string => `${registry}.${location}.data.${domain}`

/** The inverse, of a name in lower case without a port; undefined for any other. */
export function parseDataHost(name: string, domain: string): DataHost | undefined {
  const suffix = `.data.${domain}`
  if (!name.endsWith(suffix)) return undefined
  const [registry = '', location = '', ...more] = name.slice(0, -suffix.length).split('.')
  return registry !== '' && isLocation(location) && more.length === 0 ? { registry, location } : undefined
}
