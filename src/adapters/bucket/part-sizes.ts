const mebibyte = 1024 * 1024

/** What parts have where nothing else is said. */
export const usualPartSize = 8 * mebibyte
const largest = 64 * mebibyte
/** S3 takes 10,000 parts. */
const partsOfOneSize = 1500

/**
 * How large part `index` (from 0 on) is. The first 1,500 have `first` bytes, then each 1,500 twice as many, up to 64 MiB: with 8 MiB that is
 * 12 GiB, 36, 84, and 456 GiB with the last of 10,000. Each begins where a block does. Some stores ask for parts of one size: for them `first` is written negative.
 */
export function sizeOfPart(index: number, first: number): number {
  if (first < 0) return -first
  return Math.max(first, Math.min(largest, first * 2 ** Math.floor(index / partsOfOneSize)))
}

/** Where part `index` begins. */
export function startOfPart(index: number, first: number): number {
  if (first < 0) return index * -first
  let start = 0
  let left = index
  for (let step = 0; left > 0; step++) {
    const size = sizeOfPart(step * partsOfOneSize, first)
    const count = size === Math.max(first, largest) ? left : Math.min(left, partsOfOneSize)
    start += count * size
    left -= count
  }
  return start
}
