import { ownerRole } from '#core/built-in-roles.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { SqlTransaction } from './transaction.ts'

/**
 * Makes a change of who there is, who belongs where or who holds what, unless nobody would be left who owns everything: a
 * user or a service principal that is enabled and holds Owner at `/`, itself or through groups. Fails with `in-use`.
 */
export async function keepingAnOwner<Result>(tx: SqlTransaction, change: () => Promise<Result>): Promise<Result> {
  // Two changes at once could each take the other's last but one.
  await tx.get(`SELECT id FROM tenant${tx.forUpdate}`)
  const before = await hasOwner(tx)
  const result = await change()
  if (!before || (await hasOwner(tx))) return result
  throw new RegistryError(
    'in-use',
    'nobody would be left who owns everything: give the role Owner at / to somebody else first, who is enabled',
    { lastOwner: true },
  )
}

async function hasOwner(tx: SqlTransaction): Promise<boolean> {
  const found = await tx.get(
    `WITH RECURSIVE holder(id) AS (
       SELECT principal_id FROM role_assignment WHERE scope = '' AND role_id = ?
       UNION SELECT member_id FROM directory_member JOIN holder ON directory_member.group_id = holder.id)
     SELECT holder.id FROM holder JOIN directory_object ON directory_object.id = holder.id
     WHERE directory_object.enabled = 1 AND directory_object.kind IN ('user', 'servicePrincipal') LIMIT 1`,
    ownerRole,
  )
  return found !== undefined
}
