import type { DirectoryReads } from '#ports/directory.ts'
import { RegistryError } from '#core/registry-error.ts'
import { makeSecret } from '#core/secret.ts'
import type { SignInCommands, SignInReads, StoredSignIn } from '#ports/sign-ins.ts'
import type { Deps } from '../deps.ts'
import type { Redemption } from './codes.ts'
import { refuseWhileThrottled } from './throttling.ts'
import type { ScopeParameters } from './requested-scope.ts'
import { hashOfSecret } from './credentials.ts'
import { resumeSignIn, type SignedIn, removeEndedSignIns } from './sign-in.ts'
import { SignInRefused } from './sign-in-refusal.ts'

/**
 * A device's question (RFC 8628): asked ──▶ granted ── fetched by the device ──▶ gone
 *                                       └─▶ refused                            a quarter of an hour ends each
 */
export const deviceLife = 15 * 60

/** No vowels: no words; no letter that is read as another (RFC 8628 §6.1). 20^9 of them. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const userCodeLength = 9
/** Questions that wait are rows that anybody can make: the name under which an address is slowed down. */
const asking = 'device codes asked for'
const guessing = 'device codes typed'

type DeviceDeps = Pick<Deps, 'clock' | 'random' | 'failedLogins'> & { store: SignInCommands & SignInReads }

/** Fails with `too-many-attempts` when an address asks and asks, and nobody answers. */
export async function askOnDevice(
  deps: DeviceDeps,
  { clientId, asked, address }: { clientId: string; asked: ScopeParameters; address: string },
): Promise<{ deviceCode: string; userCode: string }> {
  refuseWhileThrottled(deps.failedLogins, address, asking)
  deps.failedLogins.failedPair(address, asking)
  const deviceCode = makeSecret(deps.random(32))
  const now = deps.clock.now()
  await removeEndedSignIns(deps)
  const userCode = await putUnderFreeCode(deps, {
    id: hashOfSecret(deviceCode),
    kind: 'device',
    principalId: null,
    state: 'asked',
    clientId,
    family: null,
    details: { asked },
    createdAt: now,
    expiresAt: now + deviceLife * 1000,
  })
  return { deviceCode, userCode }
}

/** The question behind what a person typed, in any case and grouping. Fails with `user-code-unknown`, `too-many-attempts`. */
export async function findDevice(deps: DeviceDeps, { typed, address }: { typed: string; address: string }): Promise<StoredSignIn> {
  refuseWhileThrottled(deps.failedLogins, address, guessing)
  const userCode = typed.toUpperCase().replace(/[\s-]/g, '')
  const found = userCode.length === userCodeLength ? await deps.store.signInByUserCode(userCode) : undefined
  if (found?.kind === 'device' && found.state === 'asked' && found.expiresAt > deps.clock.now()) return found
  // A right one does not forget the wrong ones: anybody can have a right one of their own.
  deps.failedLogins.failedPair(address, guessing)
  throw new SignInRefused('user-code-unknown')
}

/** Fails with `not-found` when it was answered before, or has ended. */
export async function grantDevice(
  deps: Pick<Deps, 'clock'> & { store: SignInCommands },
  question: StoredSignIn,
  signedIn: SignedIn,
): Promise<void> {
  const details = { ...question.details, credential: signedIn.credential }
  await deps.store.answerSignIn({ id: question.id, now: deps.clock.now(), answer: { principalId: signedIn.principal.id, details } })
}

/** Who has the code may say no without a password: it is no more than not answering. Fails as `grantDevice` does. */
export const refuseDevice = ({ store, clock }: Pick<Deps, 'clock'> & { store: SignInCommands }, id: string): Promise<void> =>
  store.answerSignIn({ id, now: clock.now(), answer: 'refused' })

/**
 * What the device gets when it asks again: the person, once. Fails with `device-pending`, `device-refused`, `device-ended`,
 * `device-unknown`, and as `resumeSignIn` does.
 */
export async function fetchDevice(
  deps: Pick<Deps, 'clock' | 'failedLogins'> & { store: DirectoryReads & SignInCommands & SignInReads },
  { deviceCode, clientId, address }: { deviceCode: string; clientId: string; address: string },
): Promise<Redemption> {
  const id = hashOfSecret(deviceCode)
  const found = await deps.store.signIn(id)
  if (found?.kind !== 'device' || found.clientId !== clientId) throw new SignInRefused('device-unknown')
  if (found.expiresAt <= deps.clock.now()) throw new SignInRefused('device-ended')
  if (found.state === 'asked') throw new SignInRefused('device-pending')
  if (found.state === 'refused') throw new SignInRefused('device-refused')
  const redeem = async (refreshToken: StoredSignIn | null) => {
    const outcome = await deps.store.redeemSignIn({ id, now: deps.clock.now(), usedUntil: null, refreshToken })
    if (outcome !== 'redeemed') throw new SignInRefused('device-unknown')
    deps.failedLogins.succeededPair(address, asking)
  }
  const { credential, asked } = found.details
  try {
    return { signedIn: await resumeSignIn(deps, { principalId: found.principalId, credential }), asked: asked as ScopeParameters, redeem }
  } catch (error) {
    await redeem(null)
    throw error
  }
}

/** Two devices that draw the same code at once are as rare as they can be: one of them draws again. */
async function putUnderFreeCode(
  { store, random }: Pick<DeviceDeps, 'random'> & { store: SignInCommands },
  row: Omit<StoredSignIn, 'userCode'>,
): Promise<string> {
  for (;;) {
    const userCode = makeUserCode(random)
    try {
      await store.putSignIn({ signIn: { ...row, userCode } })
      return userCode
    } catch (error) {
      if (!(error instanceof RegistryError) || error.failure !== 'conflict') throw error
    }
  }
}

/** Each letter as likely as the others: bytes from 240 on are thrown away. */
export function makeUserCode(random: (bytes: number) => Uint8Array): string {
  let code = ''
  while (code.length < userCodeLength)
    for (const byte of random(userCodeLength * 2)) if (byte < 240 && code.length < userCodeLength) code += letters[byte % letters.length]
  return code
}
