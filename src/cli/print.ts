/** The exact shape that scripts read. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** One line a pair, values under one another. */
export function pairs(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`.replace(/ +\n$/, '\n')).join('')
}

/** Columns under capital headings. */
export function grid(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings.map((each) => each.toUpperCase()), ...rows]
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
