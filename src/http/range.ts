import type { ByteRange } from '#core/byte-range.ts'
import { RegistryError } from '#core/registry-error.ts'

const wholeNumber = (text: string): number => {
  const number = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(number) ? number : Number.NaN
}

/**
 * Reads a request's `Range` for a body of `size` bytes. Undefined: send it whole (no header, another unit, several
 * ranges, or not understood; RFC 9110 §14.2 lets a server ignore those). Fails with `range-unsatisfiable` when nothing
 * that is asked for is there.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, list] = header === undefined ? [] : (/^\s*bytes=(.*)$/i.exec(header) ?? [])
  const specs = (list ?? '').split(',').map((each) => each.trim())
  const asked = specs.filter((each) => each !== '').map((each) => /^([0-9]*)-([0-9]*)$/.exec(each))
  if (asked.length === 0 || asked.length > mostRanges || asked.some((each) => !each || each[0] === '-')) return undefined
  const found = asked.map((each) => rangeIn(size, each?.[1] ?? '', each?.[2] ?? '')).filter((each) => each !== undefined)
  if (found.length === 0)
    throw new RegistryError('range-unsatisfiable', `requested range not satisfiable: the blob has ${size} bytes`, { size })
  return asked.length === 1 ? found[0] : undefined
}

const mostRanges = 1000

function rangeIn(size: number, first: string, last: string): ByteRange | undefined {
  if (first === '') {
    // A number too long to hold asks for more than there is.
    const length = Math.min(Number(last), size)
    return length === 0 ? undefined : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return start >= size || end < start ? undefined : { start, end }
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
