const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
const largest = Number.MAX_SAFE_INTEGER

/** Reads a number of bytes, alone or with a unit; undefined for anything else. */
export function parseByteCount(text: string): number | undefined {
  const match = /^([0-9]{1,15})(B|KiB|MiB|GiB|TiB)?$/.exec(text)
  if (!match) return undefined
  const bytes = Number(match[1]) * 1024 ** Math.max(0, units.indexOf((match[2] ?? 'B') as 'B'))
  return bytes <= largest ? bytes : undefined
}

/** For people: the largest unit that leaves at least one, with one decimal below ten. */
export function formatByteCount(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  const figure = unit === 0 || value >= 10 ? Math.round(value) : Math.round(value * 10) / 10
  return `${figure} ${units[unit]}`
}
