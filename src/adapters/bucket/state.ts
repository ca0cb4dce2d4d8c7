import type { Part } from './object-client.ts'

/** What a mark keeps of an upload, so that any server goes on from it. */
export interface UploadState {
  uploadId: string | undefined
  /** How large the parts are (part-sizes.ts). */
  partSize: number
  parts: readonly Part[]
  /** The object with what lies behind the parts. */
  tail: string | undefined
  /** Tag of what lies under the key already: the parts were copied from there. */
  base: string | undefined
  /** CRC-32 of each full block. */
  blocks: Uint32Array
  /** Of the one that is not full yet. */
  open: number
}

interface Head {
  v: 1
  u?: string
  s: number
  n: number
  t?: string
  b?: string
  o: number
  /** Tags that are no MD5. */
  e?: readonly string[]
  /** The store keeps a CRC of each part. */
  c?: true
}

const md5Form = /^"[0-9a-f]{32}"$/

/**
 * Length of the head (4 bytes) · head as JSON · of each part the tag (16 bytes, when all are MD5s) · of each part its CRC (4 bytes, when
 * the store keeps them) · of each full block its CRC (4 bytes).
 */
export function writeState({ uploadId, partSize, parts, tail, base, blocks, open }: UploadState): Uint8Array {
  const areMd5 = parts.every(({ etag }) => md5Form.test(etag))
  const haveCrc = parts.length > 0 && parts.every(({ crc }) => crc !== undefined)
  const head: Head = {
    v: 1,
    ...(uploadId === undefined ? {} : { u: uploadId }),
    s: partSize,
    n: parts.length,
    ...(tail === undefined ? {} : { t: tail }),
    ...(base === undefined ? {} : { b: base }),
    o: open,
    ...(areMd5 ? {} : { e: parts.map(({ etag }) => etag) }),
    ...(haveCrc ? { c: true as const } : {}),
  }
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  const tags = areMd5 ? parts.map(({ etag }) => Buffer.from(etag.slice(1, -1), 'hex')) : []
  const sums = haveCrc ? parts.map(({ crc }) => Buffer.from(crc ?? '', 'base64')) : []
  const ofBlocks = Buffer.alloc(blocks.length * 4)
  for (const [index, sum] of blocks.entries()) ofBlocks.writeUInt32BE(sum, index * 4)
  return Buffer.concat([length, json, ...tags, ...sums, ofBlocks])
}

/** Undefined where nothing was marked. */
export function readState(state: Uint8Array): UploadState | undefined {
  if (state.length === 0) return undefined
  const bytes = Buffer.from(state.buffer, state.byteOffset, state.length)
  const end = 4 + bytes.readUInt32BE(0)
  const head = JSON.parse(bytes.toString('utf8', 4, end)) as Head
  if (head.v !== 1) throw new Error('the state of an upload has another form than this version writes')
  const tagsEnd = end + (head.e ? 0 : 16 * head.n)
  const sumsEnd = tagsEnd + (head.c ? 4 * head.n : 0)
  const parts = Array.from({ length: head.n }, (_, index): Part => {
    const etag = head.e ? (head.e[index] ?? '') : `"${bytes.toString('hex', end + 16 * index, end + 16 * (index + 1))}"`
    return { etag, crc: head.c ? bytes.toString('base64', tagsEnd + 4 * index, tagsEnd + 4 * (index + 1)) : undefined }
  })
  const blocks = new Uint32Array((bytes.length - sumsEnd) / 4)
  for (let index = 0; index < blocks.length; index++) blocks[index] = bytes.readUInt32BE(sumsEnd + 4 * index)
  return { uploadId: head.u, partSize: head.s, parts, tail: head.t, base: head.b, blocks, open: head.o }
}
