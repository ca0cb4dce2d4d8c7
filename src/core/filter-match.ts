import type { Comparison, Filter, FilterValue, Operand } from './filter.ts'
import { RegistryError } from './registry-error.ts'

export type Filterable = FilterValue | undefined | readonly FilterValue[]

/** What a `$filter` may be asked about things of one sort. A field or a function that is not named here is refused. */
export interface FilterSchema<Thing> {
  fields: Readonly<Record<string, (thing: Thing) => Filterable>>
  /** By lower-case name, besides those of texts. */
  functions?: Readonly<Record<string, (...values: readonly FilterValue[]) => boolean>>
}

type Test<Thing> = (thing: Thing, element: FilterValue) => boolean
type Reading<Thing> = (thing: Thing, element: FilterValue) => Filterable

const ofTexts: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
  contains: (text, part) => text.includes(part),
  substringof: (part, text) => text.includes(part),
}

/**
 * A filter as a question that is quick to ask of many things: names are looked up and texts folded once, here.
 * Texts are compared without case, as Azure does. Fails with `request-invalid` for what the schema does not know,
 * whichever part decides.
 */
export function compileFilter<Thing>(filter: Filter, schema: FilterSchema<Thing>): (thing: Thing) => boolean {
  const test = new Compiler(schema).test(filter, false)
  return (thing) => test(thing, null)
}

class Compiler<Thing> {
  readonly #schema: FilterSchema<Thing>
  readonly #fields: ReadonlyMap<string, (thing: Thing) => Filterable>

  constructor(schema: FilterSchema<Thing>) {
    this.#schema = schema
    this.#fields = new Map(Object.entries(schema.fields).map(([name, read]) => [name.toLowerCase(), read]))
  }

  /** @param inside whether it is about an element of a collection, which has the field `''` */
  test(filter: Filter, inside: boolean): Test<Thing> {
    switch (filter.kind) {
      case 'and': {
        const tests = filter.of.map((each) => this.test(each, inside))
        return (thing, element) => tests.every((test) => test(thing, element))
      }
      case 'or': {
        const tests = filter.of.map((each) => this.test(each, inside))
        return (thing, element) => tests.some((test) => test(thing, element))
      }
      case 'not': {
        const test = this.test(filter.of, inside)
        return (thing, element) => !test(thing, element)
      }
      case 'compare': {
        const [read, operator, value] = [this.#reading(filter.field, inside), filter.operator, plain(filter.value)]
        return (thing, element) => compares(read(thing, element), operator, value)
      }
      case 'call':
        return this.#call(filter.name, filter.arguments, inside)
      case 'any': {
        const [read, test] = [this.#reading(filter.field, inside), this.test(filter.where, true)]
        return (thing, element) => {
          const elements = read(thing, element)
          return Array.isArray(elements) && elements.some((each: FilterValue) => test(thing, each))
        }
      }
    }
  }

  #reading(field: string, inside: boolean): Reading<Thing> {
    if (inside && field === '') return (_thing, element) => element
    const read = this.#fields.get(field.toLowerCase())
    if (read) return read
    throw refused(`"${field.slice(0, 60)}" cannot be filtered by: expected one of ${Object.keys(this.#schema.fields).join(', ')}`)
  }

  #call(name: string, operands: readonly Operand[], inside: boolean): Test<Thing> {
    const readings = operands.map((each): Reading<Thing> => {
      if (each.kind === 'field') return this.#reading(each.field, inside)
      const { value } = each
      return () => value
    })
    const functions = this.#schema.functions ?? {}
    const own = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (own) return (thing, element) => own(...readings.map((read) => single(read(thing, element))))
    const text = Object.hasOwn(ofTexts, name) ? ofTexts[name] : undefined
    if (!text)
      throw refused(`the function "${name.slice(0, 60)}" is not one of ${[...Object.keys(ofTexts), ...Object.keys(functions)].join(', ')}`)
    const [first, second] = readings
    if (readings.length !== 2 || !first || !second) throw refused(`the function "${name}" takes a field and a text`)
    return (thing, element) => {
      const [a, b] = [first(thing, element), second(thing, element)]
      return typeof a === 'string' && typeof b === 'string' && text(a.toLowerCase(), b.toLowerCase())
    }
  }
}

const single = (value: Filterable): FilterValue => (Array.isArray(value) ? null : ((value as FilterValue | undefined) ?? null))

function compares(held: Filterable, operator: Comparison, right: FilterValue): boolean {
  if (Array.isArray(held)) return false
  const left = plain(held as FilterValue | undefined)
  if (operator === 'eq') return left === right
  if (operator === 'ne') return left !== right
  if (left === null || right === null || typeof left !== typeof right) return false
  if (operator === 'gt') return left > right
  if (operator === 'ge') return left >= right
  if (operator === 'lt') return left < right
  return left <= right
}

const plain = (value: FilterValue | undefined): FilterValue => (typeof value === 'string' ? value.toLowerCase() : (value ?? null))

const refused = (why: string) => new RegistryError('request-invalid', `The $filter is not valid: ${why}.`)
