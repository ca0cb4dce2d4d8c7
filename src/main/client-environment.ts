import { dirname, join } from 'node:path'
import { refreshProfile } from '#adapters/fs/az-profile.ts'
import { writeCaBundle } from '#adapters/system/ca-bundle.ts'
import { isCurrent } from '#app/clients/kept-cloud.ts'
import { clientVariables, type Environment, type Variable } from '#app/clients/variables.ts'
import type { Maintenance } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'

/**
 * What clients need in their environment. Brings the files that the variables name up to date.
 * @param own the environment as it is
 */
export async function clientEnvironment(
  machine: Pick<Maintenance, 'addresses' | 'authority'>,
  { dataDir, own }: { dataDir: string; own: Environment },
): Promise<Variable[]> {
  const origins = await machine.addresses()
  const ca = await localAuthority(machine)
  const configDir = own.AZURE_CONFIG_DIR || join(dataDir, 'azure')
  refreshProfile(configDir, (kept) => isCurrent(kept, origins))
  const trust = ca === undefined ? undefined : { ca, bundle: writeCaBundle(dirname(ca)) }
  return clientVariables(origins, { own, trust, configDir })
}

/** Undefined: the server has a certificate of the operator's, which clients trust already. */
async function localAuthority(machine: Pick<Maintenance, 'authority'>): Promise<string | undefined> {
  try {
    return (await machine.authority({ renew: false })).path
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'no-local-authority') return undefined
    throw error
  }
}
