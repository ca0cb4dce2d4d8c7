import type { SignInCommands, SignInReads } from '#ports/sign-ins.ts'
import { machineAt } from '#core/ip-address.ts'
import type { Deps } from '../deps.ts'

const day = 24 * 60 * 60 * 1000
const familiarFor = 30 * day
/** Of one credential; the ones that were not seen for longest are forgotten. */
const most = 20

type FamiliarDeps = Pick<Deps, 'clock'> & { store: SignInCommands & SignInReads }

interface Seen {
  /** The credential's name (credentials.ts). */
  credential: string
  address: string
}

/** Whether this credential was shown from this address within the last thirty days. */
export async function isFamiliar({ store, clock }: FamiliarDeps, { credential, address }: Seen): Promise<boolean> {
  const seenAt = await store.familiarAddress(credential, machineAt(address))
  return seenAt !== undefined && seenAt > clock.now() - familiarFor
}

/** Written once a day at most: a program may sign in each minute. */
export async function noteFamiliar(
  { store, clock }: FamiliarDeps,
  { credential, address, principalId }: Seen & { principalId: string },
): Promise<void> {
  const [machine, now] = [machineAt(address), clock.now()]
  const seenAt = await store.familiarAddress(credential, machine)
  if (seenAt !== undefined && seenAt > now - day) return
  await store.noteAddress({ principalId, credential, address: machine, now, since: now - familiarFor, most })
}
