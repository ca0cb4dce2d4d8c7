import { metadataStoreContract } from '#ports/metadata-store.contract.ts'
import { openMemoryMetadataStore } from './memory-store.ts'

metadataStoreContract('memory', async () => openMemoryMetadataStore())
