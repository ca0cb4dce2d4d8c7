import { crc32 } from 'node:zlib'
import { type BlobReader, checksumBlock, CorruptBlob } from '#ports/blob-store.ts'

export function readerOf(key: string, bytes: Uint8Array, size: number, checksums: Uint8Array): BlobReader {
  return {
    size,
    async read(start, end, take) {
      const expected = new DataView(checksums.buffer, checksums.byteOffset, checksums.byteLength)
      for (let block = Math.floor(start / checksumBlock); block * checksumBlock <= end && size > 0; block++) {
        const first = block * checksumBlock
        const piece = bytes.subarray(first, Math.min(first + checksumBlock, size))
        const known = block * 4 + 4 <= expected.byteLength
        if (!known || piece.length !== Math.min(checksumBlock, size - first) || crc32(piece) !== expected.getUint32(block * 4))
          throw new CorruptBlob(key)
        if (!(await take(piece.subarray(Math.max(0, start - first), Math.min(piece.length, end + 1 - first))))) return
      }
    },
    close: async () => {},
  }
}
