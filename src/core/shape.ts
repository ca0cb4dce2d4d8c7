import { notAvailable } from './feature.ts'
import { RegistryError } from './registry-error.ts'

/**
 * What a document sent to us must look like, as data. `readShape` gives what it knows of the document and drops the rest:
 * clients send back whole resources, with what is only ours to write and what a later version knows.
 */
export type Shape =
  | { is: 'flag' }
  | { is: 'integer'; least: number; most: number }
  /** `fromScalar`: a number or a boolean is taken as it is written, as Azure's own reader of tags does. */
  | { is: 'text'; longest: number; pattern?: RegExp; like?: string; fromScalar?: true }
  /** One of these; compared without case, given as written here. */
  | { is: 'choice'; of: readonly string[] }
  | { is: 'time' }
  | { is: 'list'; of: Shape; most: number }
  | { is: 'map'; of: Shape; most: number; longestKey: number; keyPattern: RegExp }
  | { is: 'object'; fields: Readonly<Record<string, Shape>>; needs?: readonly string[] }
  /** What cannot be chosen here (yet): this value or nothing. */
  | { is: 'fixed'; value: string | boolean | number | null }

export type Known = null | boolean | number | string | readonly Known[] | { readonly [name: string]: Known }
export type KnownObject = { readonly [name: string]: Known }

/**
 * Null stands for "not given" and is kept where it was written, for who merges. Fails with `request-invalid`; the detail
 * has ARM's code and the property as `target`.
 */
export function readShape(shape: Shape, value: unknown, path: string): Known {
  switch (shape.is) {
    case 'flag':
      return typeof value === 'boolean' ? value : wrongType(path, 'a boolean', value)
    case 'integer':
      if (typeof value !== 'number') return wrongType(path, 'a number', value)
      if (Number.isInteger(value) && value >= shape.least && value <= shape.most) return value
      throw wrongValue(path, `${value} is not a whole number from ${shape.least} to ${shape.most}`)
    case 'text':
      return readText(shape, value, path)
    case 'choice': {
      if (typeof value !== 'string') return wrongType(path, 'a string', value)
      const found = shape.of.find((each) => each.toLowerCase() === value.toLowerCase())
      if (found !== undefined) return found
      throw wrongValue(path, `'${value.slice(0, 80)}' is not one of ${shape.of.map((each) => `'${each}'`).join(', ')}`)
    }
    case 'time':
      if (typeof value !== 'string') return wrongType(path, 'a string with a date and a time', value)
      if (timeForm.test(value) && !Number.isNaN(Date.parse(value))) return new Date(value).toISOString()
      throw wrongValue(path, `'${value.slice(0, 80)}' is not a time such as 2027-01-31T12:00:00Z`)
    case 'list':
      if (!Array.isArray(value)) return wrongType(path, 'an array', value)
      if (value.length > shape.most) throw wrongValue(path, `it has ${value.length} entries; up to ${shape.most} are allowed`)
      return value.map((each, index) => readShape(shape.of, each, `${path}[${index}]`))
    case 'map':
      return readMap(shape, value, path)
    case 'object':
      return readObject(shape, value, path)
    case 'fixed':
      return readFixed(shape.value, value, path)
  }
}

const timeForm = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/i

function readText(shape: Extract<Shape, { is: 'text' }>, given: unknown, path: string): string {
  const value = shape.fromScalar && (typeof given === 'number' || typeof given === 'boolean') ? String(given) : given
  if (typeof value !== 'string') return wrongType(path, 'a string', value)
  if (value.length > shape.longest) throw wrongValue(path, `it has ${value.length} characters; up to ${shape.longest} are allowed`)
  if (shape.pattern && !shape.pattern.test(value))
    throw wrongValue(path, `'${value.slice(0, 80)}' is not valid${shape.like ? `: expected ${shape.like}` : ''}`)
  return value
}

function readMap(shape: Extract<Shape, { is: 'map' }>, value: unknown, path: string): KnownObject {
  if (!isObject(value)) return wrongType(path, 'an object', value)
  const entries = Object.entries(value)
  if (entries.length > shape.most) throw wrongValue(path, `it has ${entries.length} entries; up to ${shape.most} are allowed`)
  for (const [key] of entries)
    if (key === '' || key.length > shape.longestKey || !shape.keyPattern.test(key))
      throw wrongValue(path, `the name '${key.slice(0, 80)}' is not allowed`)
  // A map comes whole, nothing of it is merged: what has no value is not in it.
  const given = entries.filter(([, each]) => each !== null)
  return Object.fromEntries(given.map(([key, each]) => [key, readShape(shape.of, each, `${path}.${key}`)]))
}

function readObject({ fields, needs = [] }: Extract<Shape, { is: 'object' }>, value: unknown, path: string): KnownObject {
  if (!isObject(value)) return wrongType(path, 'an object', value)
  const within = (name: string) => (path === '' ? name : `${path}.${name}`)
  for (const name of needs)
    if (value[name] === undefined || value[name] === null) throw wrongContent(within(name), 'it is required and was not given')
  const known = Object.entries(fields).filter(([name]) => Object.hasOwn(value, name) && value[name] !== undefined)
  return Object.fromEntries(known.map(([name, shape]) => [name, value[name] === null ? null : readShape(shape, value[name], within(name))]))
}

function readFixed(fixed: string | boolean | number | null, value: unknown, path: string): Known {
  const same = typeof fixed === 'string' && typeof value === 'string' ? fixed.toLowerCase() === value.toLowerCase() : value === fixed
  const empty = fixed === null && typeof value === 'object' && value !== null && Object.keys(value).length === 0
  if (same || empty) return fixed
  if (fixed !== null && typeof value !== typeof fixed) return wrongType(path, `a ${typeof fixed}`, value)
  throw notAvailable(path, fixed === null ? ': the property can only be left out' : `: the property can only be '${String(fixed)}'`, path)
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`)

const wrongType = (path: string, expected: string, value: unknown): never => {
  throw wrongContent(path, `it must be ${expected}, not ${kindOf(value)}`)
}

const wrongContent = (path: string, why: string) =>
  new RegistryError(
    'request-invalid',
    `The request content was invalid and could not be deserialized: property '${path || '$'}': ${why}.`,
    {
      code: 'InvalidRequestContent',
      target: path || '$',
    },
  )

const wrongValue = (path: string, why: string) =>
  new RegistryError('request-invalid', `The value of property '${path}' is invalid: ${why}.`, {
    code: 'InvalidResourceProperties',
    target: path,
  })
