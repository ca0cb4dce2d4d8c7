import { formatByteCount } from '#core/byte-count.ts'
import type { Words } from './words.ts'

/** A number of bytes as people of the language write it: its decimal sign, its word for a byte. */
export function sizeOf(say: Words, bytes: number): string {
  const [figure = '', unit = ''] = formatByteCount(bytes).split(' ')
  return `${figureOf(say, figure)} ${unit.replace(/B$/, say('size.byte'))}`
}

/** A number with the decimal sign of the language. */
export const figureOf = (say: Words, text: string): string => text.replace('.', say('size.point'))
