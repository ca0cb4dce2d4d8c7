import { unknownObject } from '#core/failures.ts'
import type { DirectoryKind, StoredObject } from '#ports/directory.ts'
import type { SqlReader, SqlTransaction, SqlValue } from './transaction.ts'

export interface ObjectRow {
  id: string
  kind: DirectoryKind
  name: string
  login: string | null
  app_id: string | null
  enabled: number
  details: string
  created_at: number
  version: number
}

export const objectOf = (row: ObjectRow): StoredObject => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  login: row.login,
  appId: row.app_id,
  enabled: row.enabled === 1,
  details: JSON.parse(row.details) as Record<string, unknown>,
  createdAt: row.created_at,
  version: row.version,
})

export const objectColumns = 'id, kind, name, login, app_id, enabled, details, created_at, version'

export async function one(db: SqlReader, where: string, ...values: SqlValue[]): Promise<StoredObject | undefined> {
  const row = await db.get<ObjectRow>(`SELECT ${objectColumns} FROM directory_object WHERE ${where}`, ...values)
  return row && objectOf(row)
}

/** An object, its secrets or its names change: who read it before must read it again. Its row is this transaction's until the end. */
export async function changedObject(tx: SqlTransaction, id: string): Promise<void> {
  const found = await tx.run('UPDATE directory_object SET version = version + 1 WHERE id = ?', id)
  if (found === 0) throw unknownObject(id)
}
