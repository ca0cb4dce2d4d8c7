import { isObject, type Known, type KnownObject, type ObjectShape, type Shape } from './shape.ts'

/** Where a document is not what it must be, and why, in words that end a sentence. */
export interface Misfit {
  /**
   * `missing`: needed and not given; `content`: of another type; `value`: of the right type and not allowed; `unknown`: no such property;
   * `unavailable`: what cannot be chosen here (yet).
   */
  kind: 'missing' | 'content' | 'value' | 'unknown' | 'unavailable'
  /** Such as `properties.list[1].name`; empty for the whole document. */
  path: string
  why: string
}

/** Each surface words a misfit in its own dialect. */
export type Refuse = (misfit: Misfit) => Error

/**
 * What is known of a document; the rest is dropped, for clients send back whole resources, with what is only ours to write
 * and what a later version knows. Null stands for "not given" and is kept where it was written, for who merges.
 * Fails with what `refuse` makes of the first misfit.
 */
export function readShape(shape: ObjectShape, value: unknown, refuse: Refuse): KnownObject {
  return read(shape, value, '', refuse) as KnownObject
}

function read(shape: Shape, value: unknown, path: string, refuse: Refuse): Known {
  const wrongType = (expected: string) => refuse({ kind: 'content', path, why: `it must be ${expected}, not ${kindOf(value)}` })
  const wrongValue = (why: string) => refuse({ kind: 'value', path, why })
  switch (shape.is) {
    case 'flag':
      if (typeof value !== 'boolean') throw wrongType('a boolean')
      return value
    case 'integer':
      if (typeof value !== 'number') throw wrongType('a number')
      if (Number.isInteger(value) && value >= shape.least && value <= shape.most) return value
      throw wrongValue(`${value} is not a whole number from ${shape.least} to ${shape.most}`)
    case 'text':
      return readText(shape, value, path, refuse)
    case 'choice': {
      if (typeof value !== 'string') throw wrongType('a string')
      const found = shape.of.find((each) => each.toLowerCase() === value.toLowerCase())
      if (found !== undefined) return found
      throw wrongValue(`'${value.slice(0, 80)}' is not one of ${shape.of.map((each) => `'${each}'`).join(', ')}`)
    }
    case 'time':
      if (typeof value !== 'string') throw wrongType('a string with a date and a time')
      if (timeForm.test(value) && !Number.isNaN(Date.parse(value))) return new Date(value).toISOString()
      throw wrongValue(`'${value.slice(0, 80)}' is not a time such as 2027-01-31T12:00:00Z`)
    case 'list':
      if (!Array.isArray(value)) throw wrongType('an array')
      if (shape.most !== undefined && value.length > shape.most)
        throw wrongValue(`it has ${value.length} entries; up to ${shape.most} are allowed`)
      return value.map((each, index) => read(shape.of, each, `${path}[${index}]`, refuse))
    case 'map':
      return readMap(shape, value, path, refuse)
    case 'object':
      return readObject(shape, value, path, refuse)
    case 'any-object':
      if (!isObject(value)) throw wrongType('an object')
      return value as KnownObject
    case 'fixed':
      return readFixed(shape.value, value, path, refuse)
  }
}

const timeForm = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/i

function readText(shape: Extract<Shape, { is: 'text' }>, given: unknown, path: string, refuse: Refuse): string {
  const value = shape.fromScalar && (typeof given === 'number' || typeof given === 'boolean') ? String(given) : given
  if (typeof value !== 'string') throw refuse({ kind: 'content', path, why: `it must be a string, not ${kindOf(value)}` })
  const wrongValue = (why: string) => refuse({ kind: 'value', path, why })
  if (value.length < (shape.shortest ?? 0)) throw wrongValue('it must not be empty')
  if (shape.longest !== undefined && value.length > shape.longest)
    throw wrongValue(`it has ${value.length} characters; up to ${shape.longest} are allowed`)
  if (shape.pattern && !shape.pattern.test(value))
    throw wrongValue(`'${value.slice(0, 80)}' is not valid${shape.like ? `: expected ${shape.like}` : ''}`)
  return value
}

function readMap(shape: Extract<Shape, { is: 'map' }>, value: unknown, path: string, refuse: Refuse): KnownObject {
  if (!isObject(value)) throw refuse({ kind: 'content', path, why: `it must be an object, not ${kindOf(value)}` })
  const entries = Object.entries(value)
  if (entries.length > shape.most)
    throw refuse({ kind: 'value', path, why: `it has ${entries.length} entries; up to ${shape.most} are allowed` })
  for (const [key] of entries)
    if (key === '' || key.length > shape.longestKey || !shape.keyPattern.test(key))
      throw refuse({ kind: 'value', path, why: `the name '${key.slice(0, 80)}' is not allowed` })
  // A map comes whole, nothing of it is merged: what has no value is not in it.
  const given = entries.filter(([, each]) => each !== null)
  return Object.fromEntries(given.map(([key, each]) => [key, read(shape.of, each, `${path}.${key}`, refuse)]))
}

function readObject({ fields, needs = [], closed }: ObjectShape, value: unknown, path: string, refuse: Refuse): KnownObject {
  const missing = (where: string) => refuse({ kind: 'missing', path: where, why: 'it is required and was not given' })
  if (value === undefined) throw missing(path)
  if (!isObject(value)) throw refuse({ kind: 'content', path, why: `it must be an object, not ${kindOf(value)}` })
  const within = (name: string) => (path === '' ? name : `${path}.${name}`)
  for (const name of needs) if (value[name] === undefined || value[name] === null) throw missing(within(name))
  for (const name of closed ? Object.keys(value) : [])
    if (!Object.hasOwn(fields, name))
      throw refuse({ kind: 'unknown', path: within(name.slice(0, 80)), why: 'it is read-only or not supported' })
  const known = Object.entries(fields).filter(([name]) => Object.hasOwn(value, name) && value[name] !== undefined)
  return Object.fromEntries(
    known.map(([name, shape]) => [name, value[name] === null ? null : read(shape, value[name], within(name), refuse)]),
  )
}

function readFixed(fixed: string | boolean | number | null, value: unknown, path: string, refuse: Refuse): Known {
  const same = typeof fixed === 'string' && typeof value === 'string' ? fixed.toLowerCase() === value.toLowerCase() : value === fixed
  const empty = fixed === null && typeof value === 'object' && value !== null && Object.keys(value).length === 0
  if (same || empty) return fixed
  if (fixed !== null && typeof value !== typeof fixed)
    throw refuse({ kind: 'content', path, why: `it must be a ${typeof fixed}, not ${kindOf(value)}` })
  const left = fixed === null ? 'the property can only be left out' : `the property can only be '${String(fixed)}'`
  throw refuse({ kind: 'unavailable', path, why: left })
}

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`)
