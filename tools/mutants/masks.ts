/**
 * A source with everything but its code made blank, and one with everything but its template strings: of the same length, so
 * that a place in one is the place in the other.
 */
export function masksOf(source: string): { code: string; sql: string } {
  const code = [...blank(source)]
  const sql = [...blank(source)]
  let at = 0
  const take = (mask: string[], until: number): void => {
    for (; at < until; at++) mask[at] = source[at] ?? ''
  }
  const end = (closing: string, from: number): number => {
    const found = source.indexOf(closing, from)
    return found < 0 ? source.length : found + closing.length
  }
  while (at < source.length) {
    const two = source.slice(at, at + 2)
    if (two === '//') at = end('\n', at) - 1
    else if (two === '/*') at = end('*/', at + 2)
    else if (source[at] === "'" || source[at] === '"') at = afterQuote(source, at)
    else if (source[at] === '`') {
      const after = afterQuote(source, at)
      take(sql, after)
    } else if (source[at] === '/' && startsRegex(source, at)) at = afterRegex(source, at)
    else take(code, at + 1)
  }
  return { code: code.join(''), sql: sql.join('') }
}

const blank = (source: string): string => source.replace(/[^\n]/g, ' ')

function afterQuote(source: string, from: number): number {
  let at = from + 1
  while (at < source.length && source[at] !== source[from]) at += source[at] === '\\' ? 2 : 1
  return at + 1
}

const startsRegex = (source: string, at: number): boolean =>
  /(?:[(,=:[!&|?{;]|=>|\breturn)\s*$/.test(source.slice(Math.max(0, at - 20), at))

function afterRegex(source: string, from: number): number {
  let inClass = false
  let at = from + 1
  for (; at < source.length && (inClass || source[at] !== '/') && source[at] !== '\n'; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === '[') inClass = true
    else if (source[at] === ']') inClass = false
  }
  return at + 1
}
