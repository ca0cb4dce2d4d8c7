/** What a store of objects has: those that are whole, and the parts of those that are on their way, each written once. */
export interface StoredBytes {
  readonly objects: Map<string, Uint8Array>
  readonly parts: Map<string, Map<string, Uint8Array>>
  /** How many bytes of parts were read again. */
  reread: number
}
