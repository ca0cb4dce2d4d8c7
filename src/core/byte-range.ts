/** Bytes from `start` up to and with `end`, both counted from 0. */
export interface ByteRange {
  start: number
  end: number
}
