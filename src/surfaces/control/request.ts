import { parseDigest } from '#core/digest.ts'
import type { Maintenance } from '#core/maintenance.ts'
import { type Misfit, readShape } from '#core/read-shape.ts'
import { RegistryError } from '#core/registry-error.ts'
import { flag, integer, name, object, type ObjectShape, type Shape } from '#core/shape.ts'

export type CommandName = keyof Maintenance
/** What a command takes, without the options of its caller. */
export type Input<Name extends CommandName> = Parameters<Maintenance[Name]> extends [infer First, ...unknown[]] ? First : undefined

export type ControlRequest =
  /** Only asks whether somebody is here. */
  { kind: 'presence' } | { [Name in CommandName]: { kind: Name; input: Input<Name> } }[CommandName]

const longest = 4096
const path: Shape = { is: 'text', longest, pattern: /^\//, like: 'an absolute path' }
const nothing = object({})
const ofRegistry = object({ registry: name(longest) }, ['registry'])

/** What each command takes. */
const shapes: Readonly<Record<CommandName, ObjectShape>> = {
  usage: ofRegistry,
  collect: nothing,
  explain: object({ registry: name(longest), digest: name(longest) }, ['registry', 'digest']),
  scrub: nothing,
  backUp: object({ to: path }, ['to']),
  listJobs: object({ stuck: flag }, ['stuck']),
  retryJob: object({ id: integer(0, Number.MAX_SAFE_INTEGER) }, ['id']),
  rotateKey: object({ revoke: flag }, ['revoke']),
  authority: object({ renew: flag }, ['renew']),
  addresses: nothing,
}

const misfitInWords = ({ path: where, why }: Misfit) =>
  new RegistryError('request-invalid', where === '' ? 'expected a JSON object' : `${where}: ${why}`)

/** Outside text becomes what a command takes. */
function inputOf(command: CommandName, body: unknown): Input<CommandName> {
  const known = readShape(shapes[command], body, misfitInWords)
  if (shapes[command] === nothing) return undefined
  return (command === 'explain' ? { ...known, digest: parseDigest(String(known.digest)) } : known) as unknown as Input<CommandName>
}

/** Reads `POST /machine/<command>` and its body. Fails with `not-found`, `method-unsupported`, `request-invalid`. */
export function parseControl(method: string, url: string, body: unknown): ControlRequest {
  const command = url.replace(/^\/machine\//, '')
  if (method !== 'POST') throw new RegistryError('method-unsupported', 'only POST', { allowed: ['POST'] })
  if (command === '') return { kind: 'presence' }
  if (!Object.hasOwn(shapes, command))
    throw new RegistryError('not-found', `there is no command "${command.slice(0, 80)}": is the server of another version?`)
  return { kind: command, input: inputOf(command as CommandName, body) } as ControlRequest
}
