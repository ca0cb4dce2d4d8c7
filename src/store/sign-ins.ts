import { RegistryError } from '#core/registry-error.ts'
import type { StoredSignIn } from '#ports/sign-ins.ts'
import type { SqlTransaction } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

interface SignInRow {
  id: string
  kind: StoredSignIn['kind']
  user_code: string | null
  principal_id: string | null
  state: StoredSignIn['state']
  client_id: string
  family: string | null
  details: string
  created_at: number
  expires_at: number
}

const signInOf = (row: SignInRow): StoredSignIn => ({
  id: row.id,
  kind: row.kind,
  userCode: row.user_code,
  principalId: row.principal_id,
  state: row.state,
  clientId: row.client_id,
  family: row.family,
  details: JSON.parse(row.details) as Record<string, unknown>,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})

export const signIn: Read<'signIn'> = async (db, id) => {
  const row = await db.get<SignInRow>('SELECT * FROM sign_in WHERE id = ?', id)
  return row && signInOf(row)
}

export const signInByUserCode: Read<'signInByUserCode'> = async (db, userCode) => {
  const row = await db.get<SignInRow>('SELECT * FROM sign_in WHERE user_code = ?', userCode)
  return row && signInOf(row)
}

export const putSignIn: Verb<'putSignIn'> = (tx, { signIn: row }) => insert(tx, row)

async function insert(tx: SqlTransaction, row: StoredSignIn): Promise<void> {
  if (await tx.get('SELECT id FROM sign_in WHERE id = ? OR user_code = ?', row.id, row.userCode))
    throw new RegistryError('conflict', 'another sign-in under way has this code')
  await tx.run(
    `INSERT INTO sign_in (id, kind, user_code, principal_id, state, client_id, family, details, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.id,
    row.kind,
    row.userCode,
    row.principalId,
    row.state,
    row.clientId,
    row.family,
    JSON.stringify(row.details),
    row.createdAt,
    row.expiresAt,
  )
}

export const answerSignIn: Verb<'answerSignIn'> = async (tx, { id, now, answer }) => {
  const open = `WHERE id = ? AND state = 'asked' AND expires_at > ?`
  const changed =
    answer === 'refused'
      ? await tx.run(`UPDATE sign_in SET state = 'refused', user_code = NULL ${open}`, id, now)
      : await tx.run(
          `UPDATE sign_in SET state = 'granted', user_code = NULL, principal_id = ?, details = ? ${open}`,
          answer.principalId,
          JSON.stringify(answer.details),
          id,
          now,
        )
  if (changed === 0) throw new RegistryError('not-found', 'this sign-in was answered before, or has ended')
}

export const redeemSignIn: Verb<'redeemSignIn'> = async (tx, { id, now, usedUntil, refreshToken }) => {
  const row = await tx.get<SignInRow>(`SELECT * FROM sign_in WHERE id = ?${tx.forUpdate}`, id)
  if (row?.state === 'used') {
    // The row itself stays, so that each further use is seen too.
    if (row.family !== null) await deleteSignIns(tx, 'family', row.family, id)
    return 'used'
  }
  if (row?.state !== 'granted' || row.expires_at <= now) return 'gone'
  if (usedUntil === null) await tx.run('DELETE FROM sign_in WHERE id = ?', id)
  else
    await tx.run(
      `UPDATE sign_in SET state = 'used', family = ?, details = '{}', expires_at = ? WHERE id = ?`,
      refreshToken?.family ?? null,
      usedUntil,
      id,
    )
  if (refreshToken) await insert(tx, refreshToken)
  return 'redeemed'
}

export const familiarAddress: Read<'familiarAddress'> = async (db, credential, address) =>
  (await db.get<{ seen: number }>('SELECT seen_at AS seen FROM familiar_address WHERE credential = ? AND address = ?', credential, address))
    ?.seen

export const noteAddress: Verb<'noteAddress'> = async (tx, { principalId, credential, address, now, since, most }) => {
  await tx.run(
    `INSERT INTO familiar_address (credential, address, principal_id, seen_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (credential, address) DO UPDATE SET seen_at = excluded.seen_at`,
    credential,
    address,
    principalId,
    now,
  )
  await tx.run('DELETE FROM familiar_address WHERE seen_at < ?', since)
  await tx.run(
    `DELETE FROM familiar_address WHERE credential = ? AND address NOT IN
       (SELECT address FROM familiar_address WHERE credential = ? ORDER BY seen_at DESC, address LIMIT ?)`,
    credential,
    credential,
    most,
  )
}

export const rotateRefreshToken: Verb<'rotateRefreshToken'> = async (tx, { id, details, by }) => {
  const row = await tx.get<SignInRow>(`SELECT * FROM sign_in WHERE id = ?${tx.forUpdate}`, id)
  if (!row) return undefined
  if (row.state === 'replaced') return signInOf(row).details
  await insert(tx, by)
  await tx.run(`UPDATE sign_in SET state = 'replaced', details = ? WHERE id = ?`, JSON.stringify(details), id)
  return details
}

/** A token that is replaced while it is taken has a successor, which the statement did not see: until none is left. */
export async function deleteSignIns(
  tx: SqlTransaction,
  of: 'family' | 'principal_id' | 'client_id',
  value: string,
  except = '',
): Promise<void> {
  let gone: number
  do gone = await tx.run(`DELETE FROM sign_in WHERE ${of} = ? AND id <> ?`, value, except)
  while (gone > 0 && !tx.isSoleWriter)
}

export const endSignIns: Verb<'endSignIns'> = (tx, { family }) => deleteSignIns(tx, 'family', family)

export const reapSignIns: Verb<'reapSignIns'> = async (tx, { now, limit }) =>
  tx.run('DELETE FROM sign_in WHERE id IN (SELECT id FROM sign_in WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)', now, limit)
