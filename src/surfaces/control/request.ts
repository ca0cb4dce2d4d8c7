import { parseDigest } from '#core/digest.ts'
import type { Maintenance } from '#core/maintenance.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isObject } from '#core/shape.ts'

export type CommandName = keyof Maintenance
/** What a command takes, without the options of its caller. */
export type Input<Name extends CommandName> = Parameters<Maintenance[Name]> extends [infer First, ...unknown[]] ? First : undefined

export type ControlRequest =
  /** Only asks whether somebody is here. */
  { kind: 'presence' } | { [Name in CommandName]: { kind: Name; input: Input<Name> } }[CommandName]

type Body = Readonly<Record<string, unknown>>
type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string' && value !== '' && value.length <= 4096
const isFlag: Check = (value) => typeof value === 'boolean'
const isPath: Check = (value) => isText(value) && (value as string).startsWith('/')

const refuse = (what: string): never => {
  throw new RegistryError('request-invalid', what)
}

function take<Value>(body: Body, name: string, check: Check): Value {
  const value = body[name]
  return check(value) ? (value as Value) : refuse(`${name} is missing or not as it should be`)
}

const registry = (body: Body) => ({ registry: take<string>(body, 'registry', isText) })

/** Outside text becomes what a command takes. */
const inputs: { [Name in CommandName]: (body: Body) => Input<Name> } = {
  usage: registry,
  collect: () => undefined,
  explain: (body) => ({ ...registry(body), digest: parseDigest(take(body, 'digest', isText)) }),
  scrub: () => undefined,
  backUp: (body) => ({ to: take(body, 'to', isPath) }),
  listJobs: (body) => ({ stuck: take(body, 'stuck', isFlag) }),
  retryJob: (body) => ({ id: take(body, 'id', Number.isSafeInteger) }),
  rotateKey: (body) => ({ revoke: take(body, 'revoke', isFlag) }),
  authority: (body) => ({ renew: take(body, 'renew', isFlag) }),
  addresses: () => undefined,
}

/** Reads `POST /machine/<command>` and its body. Fails with `not-found`, `method-unsupported`, `request-invalid`. */
export function parseControl(method: string, url: string, body: unknown): ControlRequest {
  const name = url.replace(/^\/machine\//, '')
  if (method !== 'POST') throw new RegistryError('method-unsupported', 'only POST', { allowed: ['POST'] })
  if (name === '') return { kind: 'presence' }
  if (!Object.hasOwn(inputs, name))
    throw new RegistryError('not-found', `there is no command "${name.slice(0, 80)}": is the server of another version?`)
  if (!isObject(body)) return refuse('expected a JSON object')
  return { kind: name, input: inputs[name as CommandName](body) } as ControlRequest
}
