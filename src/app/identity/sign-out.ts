import { directoryKeys } from '#ports/signer.ts'
import type { Deps } from '../deps.ts'

/**
 * What one sign-in gave ends: the refresh tokens of its family. The id token that came with them names it (`sid`), and who
 * holds that may do it; its age does not matter. False for what is no such token.
 */
export async function signOut({ store, signers }: Pick<Deps, 'store' | 'signers'>, idToken: string): Promise<boolean> {
  const claims = await signers.of(directoryKeys).verify(idToken)
  if (claims?.ver !== '2.0' || typeof claims.sid !== 'string' || claims.sid === '') return false
  await store.endSignIns({ family: claims.sid })
  return true
}
