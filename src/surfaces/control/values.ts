import { RegistryError } from '#core/registry-error.ts'

export type Body = Readonly<Record<string, unknown>>
export type Check = (value: unknown) => boolean

export const refuse = (what: string): never => {
  throw new RegistryError('request-invalid', what)
}

/** Reads one value of a body; fails with `request-invalid`, which names it. */
export function take<Value>(body: Body, name: string, check: Check): Value {
  const value = body[name]
  return check(value) ? (value as Value) : refuse(`${name} is missing or not as it should be`)
}

export const optional = <Value>(body: Body, name: string, check: Check): Record<string, Value> =>
  body[name] === undefined ? {} : { [name]: take<Value>(body, name, check) }

export const isText: Check = (value) => typeof value === 'string' && value !== '' && value.length <= 4096
export const isFlag: Check = (value) => typeof value === 'boolean'
