import type { SignInCommands, SignInReads } from '#ports/sign-ins.ts'
import { machineAt } from '#core/ip-address.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Deps } from '../deps.ts'
import { hashOfSecret } from './credentials.ts'
import { SignInRefused } from './sign-in-refusal.ts'
import { removeEndedSignIns } from './sign-in.ts'

/**
 * An assertion is good for the machine that used it first. It cannot be good for one request only: MSAL signs one and
 * sends it with each token request for ten minutes, for ARM, Graph and the registry. Seen ones are rows, so that a
 * restart does not forget them. Fails with `assertion-replayed`.
 */
export async function noteAssertion(
  deps: Pick<Deps, 'clock'> & { store: SignInCommands & SignInReads },
  { client, id, address, until }: { client: string; id: string; address: string; until: number },
): Promise<void> {
  const key = hashOfSecret(`assertion ${client} ${id}`)
  const machine = machineAt(address)
  const seen = (await deps.store.signIn(key)) ?? (await note())
  if (seen && seen.details.machine !== machine) throw new SignInRefused('assertion-replayed')

  /** Undefined: it is noted. Otherwise the row of another request that came first. */
  async function note() {
    await removeEndedSignIns(deps)
    const row = {
      id: key,
      kind: 'code' as const,
      userCode: null,
      principalId: null,
      state: 'refused' as const,
      clientId: client,
      family: null,
    }
    try {
      await deps.store.putSignIn({ signIn: { ...row, details: { machine }, createdAt: deps.clock.now(), expiresAt: until } })
      return undefined
    } catch (error) {
      if (error instanceof RegistryError && error.failure === 'conflict') return deps.store.signIn(key)
      throw error
    }
  }
}
