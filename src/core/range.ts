import { RegistryError } from './registry-error.ts'

/** Bytes from `start` up to and with `end`, both counted from 0. */
export interface ByteRange {
  start: number
  end: number
}

const wholeNumber = (text: string): number => {
  const number = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(number) ? number : Number.NaN
}

/**
 * Reads a request's `Range` for a body of `size` bytes. Undefined: send it whole (no header, another unit, several
 * ranges, or not understood; RFC 9110 §14.2 lets a server ignore those). Fails with `range-unsatisfiable`.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = header === undefined ? null : /^bytes=\s*([0-9]*)-([0-9]*)$/.exec(header.trim())
  if (!match) return undefined
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return undefined
  const unsatisfiable = () =>
    new RegistryError('range-unsatisfiable', `requested range not satisfiable: the blob has ${size} bytes`, { size })
  if (first === '') {
    // A number too long to hold asks for more than there is.
    const length = Math.min(Number(last), size)
    if (length === 0) throw unsatisfiable()
    return { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start >= size || end < start) throw unsatisfiable()
  return { start, end }
}

/** Reads an upload chunk's `Content-Range`, in the spec's form `start-end` or HTTP's `bytes start-end/total`. Fails with `upload-invalid`. */
export function parseContentRange(header: string | undefined): ByteRange | undefined {
  if (header === undefined) return undefined
  const match = /^(?:bytes[ =])?([0-9]+)-([0-9]+)(?:\/(?:[0-9]+|\*))?$/.exec(header.trim())
  const start = wholeNumber(match?.[1] ?? '')
  const end = wholeNumber(match?.[2] ?? '')
  if (Number.isNaN(start) || Number.isNaN(end) || end < start)
    throw new RegistryError('upload-invalid', 'Content-Range is not understood: expected <first byte>-<last byte>', {
      contentRange: header.slice(0, 80),
    })
  return { start, end }
}

/** The `Range` header of an upload that has `size` bytes; a session without any says `0-0`, as distribution and ACR do. */
export const formatUploadRange = (size: number): string => `0-${Math.max(0, size - 1)}`
