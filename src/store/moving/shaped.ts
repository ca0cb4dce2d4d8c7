import type { MoveShape, Table } from '#ports/facts-move.ts'

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Another value for a column at the new place. */
function valueOf(table: string, column: string, { bytes, backend }: MoveShape): string | undefined {
  // Whoever waits for a transaction to end waits for one of its own database: what has happened elsewhere comes before all that happens here.
  if (table === 'event' && column === 'xid') return '0'
  if (table === 'usage' && bytes && (column === 'reserved' || column === 'condemned')) return '0'
  if (table !== 'object' || column !== 'backend' || !backend) return undefined
  const to = quoted(backend.to)
  return backend.from === undefined ? to : `CASE backend WHEN ${quoted(backend.from)} THEN ${to} ELSE backend END`
}

function leftOf(table: string, { bytes }: MoveShape): string {
  if (!bytes) return ''
  if (table === 'upload') return ' WHERE 1 = 0'
  return table === 'object' ? ` WHERE state NOT IN ('staging', 'condemned', 'deleted')` : ''
}

/** What of a table goes to the new place, and how, as something that can stand behind FROM under the table's own name. */
export function shaped({ name: table, columns }: Table, shape: MoveShape): string {
  const values = columns.map(({ name }) => [name, valueOf(table, name, shape)] as const)
  const left = leftOf(table, shape)
  if (left === '' && values.every(([, value]) => value === undefined)) return table
  const list = values.map(([name, value]) => (value === undefined ? name : `${value} AS ${name}`))
  return `(SELECT ${list.join(', ')} FROM ${table}${left}) AS ${table}`
}
