import type { Comparison, Filter, FilterValue, Operand } from './odata-filter.ts'
import { RegistryError } from './registry-error.ts'

/** What a `$filter` is asked about. A field or a function that is not named here is refused, whichever part decides. */
export interface Filterable {
  fields: Readonly<Record<string, FilterValue | undefined | readonly FilterValue[]>>
  /** By lower-case name, besides those of texts. */
  functions?: Readonly<Record<string, (...values: readonly FilterValue[]) => boolean>>
}

type Value = FilterValue | undefined | readonly FilterValue[]

const ofTexts: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
  contains: (text, part) => text.includes(part),
  substringof: (part, text) => text.includes(part),
}

/** Whether a filter holds; texts are compared without case, as Azure does. Fails with `request-invalid`. */
export function matchesFilter(filter: Filter, given: Filterable): boolean {
  const fields = new Map(Object.entries(given.fields).map(([name, value]) => [name.toLowerCase(), value]))
  const read = (field: string): Value => {
    const name = field.toLowerCase()
    if (fields.has(name)) return fields.get(name)
    throw refused(`"${field.slice(0, 60)}" cannot be filtered by: expected one of ${Object.keys(given.fields).join(', ')}`)
  }
  return holds(filter, read, given.functions ?? {})
}

function holds(filter: Filter, read: (field: string) => Value, functions: Filterable['functions']): boolean {
  switch (filter.kind) {
    // All parts are asked, so that a wrong one is refused whatever the others say.
    case 'and':
      return filter.of.map((each) => holds(each, read, functions)).every(Boolean)
    case 'or':
      return filter.of.map((each) => holds(each, read, functions)).some(Boolean)
    case 'not':
      return !holds(filter.of, read, functions)
    case 'compare':
      return compares(read(filter.field), filter.operator, filter.value)
    case 'call':
      return calls(filter.name, filter.arguments, read, functions)
    case 'any': {
      const elements = read(filter.field)
      const list = Array.isArray(elements) ? (elements as readonly FilterValue[]) : []
      return list.map((element) => holds(filter.where, (field) => (field === '' ? element : read(field)), functions)).some(Boolean)
    }
  }
}

function compares(held: Value, operator: Comparison, value: FilterValue): boolean {
  if (Array.isArray(held)) return false
  const [left, right] = [plain(held as FilterValue | undefined), plain(value)]
  if (operator === 'eq') return left === right
  if (operator === 'ne') return left !== right
  if (left === null || right === null || typeof left !== typeof right) return false
  if (operator === 'gt') return left > right
  if (operator === 'ge') return left >= right
  if (operator === 'lt') return left < right
  return left <= right
}

const plain = (value: FilterValue | undefined): FilterValue => (typeof value === 'string' ? value.toLowerCase() : (value ?? null))

function calls(name: string, operands: readonly Operand[], read: (field: string) => Value, functions: Filterable['functions']): boolean {
  const values = operands.map((each) => (each.kind === 'field' ? read(each.field) : each.value))
  const own = functions && Object.hasOwn(functions, name) ? functions[name] : undefined
  if (own) return own(...values.map((each) => (Array.isArray(each) ? null : ((each as FilterValue | undefined) ?? null))))
  const text = Object.hasOwn(ofTexts, name) ? ofTexts[name] : undefined
  if (!text)
    throw refused(
      `the function "${name.slice(0, 60)}" is not one of ${[...Object.keys(ofTexts), ...Object.keys(functions ?? {})].join(', ')}`,
    )
  const [first, second] = values
  if (values.length !== 2) throw refused(`the function "${name}" takes a field and a text`)
  return typeof first === 'string' && typeof second === 'string' && text(first.toLowerCase(), second.toLowerCase())
}

const refused = (why: string) => new RegistryError('request-invalid', `The $filter is not valid: ${why}.`)
