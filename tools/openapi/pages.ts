import type { Document } from './document.ts'
import { directory } from './directory.ts'
import { metadataApi } from './metadata-api.ts'
import { registryProvider } from './registry-provider.ts'

/** Our own descriptions, by the name of their file in docs/api/. */
export const pages = (): Readonly<Record<string, Document>> => ({
  'microsoft-containerregistry.json': registryProvider(),
  'acr-v1.json': metadataApi(),
  'graph.json': directory(),
})

export const formatPage = (page: Document): string => `${JSON.stringify(page, null, 1)}\n`
