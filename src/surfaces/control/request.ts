import { parseDigest } from '#core/digest.ts'
import type { Maintenance } from '#core/maintenance.ts'
import { passwordSlots } from '#core/maintenance.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isObject } from '#core/shape.ts'
import { identityInputs } from './identity-inputs.ts'
import { type Body, type Check, isFlag, isText, optional, refuse, take } from './values.ts'

type Deed = keyof Maintenance
/** What a deed takes, without the options of its caller. */
export type Input<Name extends Deed> = Parameters<Maintenance[Name]> extends [infer First, ...unknown[]] ? First : undefined

const isBytesOrNull: Check = (value) => value === null || (Number.isSafeInteger(value) && (value as number) >= 0)
const isOneOf =
  (choices: readonly string[]): Check =>
  (value) =>
    choices.includes(value as string)
const registry = (body: Body) => ({ registry: take<string>(body, 'registry', isText) })

/** Outside text becomes what a deed takes. */
export const inputs: { [Name in Deed]: (body: Body) => Input<Name> } = {
  showCredentials: registry,
  renewCredential: (body) => ({ ...registry(body), slot: take(body, 'slot', isOneOf(passwordSlots)) }),
  showRegistry: registry,
  listRegistries: () => undefined,
  updateRegistry: (body) => ({
    ...registry(body),
    ...optional<boolean>(body, 'adminEnabled', isFlag),
    ...optional<boolean>(body, 'anonymousPullEnabled', isFlag),
    ...optional<'off' | 'tier'>(body, 'rateLimits', isOneOf(['off', 'tier'])),
    ...optional<'kept' | 'free'>(body, 'indexChildren', isOneOf(['kept', 'free'])),
    ...optional<number | null>(body, 'storageLimit', isBytesOrNull),
  }),
  usage: registry,
  collect: () => undefined,
  explain: (body) => ({ ...registry(body), digest: parseDigest(take(body, 'digest', isText)) }),
  scrub: () => undefined,
  backUp: (body) => ({ to: take(body, 'to', (value) => isText(value) && (value as string).startsWith('/')) }),
  rotateKey: (body) => ({ revoke: take(body, 'revoke', isFlag) }),
  authority: (body) => ({ renew: take(body, 'renew', isFlag) }),
  addresses: () => undefined,
  ...identityInputs,
}

/** Reads `POST /<deed>` and its body. Undefined: the caller only asks whether somebody is here. Fails with `not-found`, `request-invalid`. */
export function parseControl(method: string, url: string, given: unknown): { deed: Deed; body: Body } | undefined {
  const name = url.slice(1)
  if (method !== 'POST') return refuse('only POST')
  if (name === '') return undefined
  if (!Object.hasOwn(inputs, name))
    throw new RegistryError('not-found', `there is no deed "${name.slice(0, 80)}": is the server of another version?`)
  if (!isObject(given)) return refuse('expected a JSON object')
  return { deed: name as Deed, body: given }
}
