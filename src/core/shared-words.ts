/** Words that threads share, all of them zero. */
export const sharedWords = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT))

export const powerOfTwoFrom = (least: number): number => 2 ** Math.ceil(Math.log2(least))

/** 32 bits of a name. With a seed that nobody knows, nobody finds names that share them. */
export function hashOf(name: string, seed: number): number {
  let hash = seed | 0
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x5bd1e995)
    hash ^= hash >>> 13
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
