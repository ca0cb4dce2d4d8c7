import { formatByteCount } from '#core/byte-count.ts'
import type { Words } from './words.ts'

/** A number of bytes as people of the language write it: its decimal sign, its word for a byte. */
export function sizeOf(say: Words, bytes: number): string {
  const [figure = '', unit = ''] = formatByteCount(bytes).split(' ')
  return `${figure.replace('.', say('size.point'))} ${unit.replace(/B$/, say('size.byte'))}`
}
