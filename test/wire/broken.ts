import fc from 'fast-check'
import type { Shape } from '#core/shape.ts'

/** A place of a body, from the outside in; a number is an index. */
export type Place = readonly (string | number)[]

/** What may stand at a place and must not. */
export interface Break {
  place: Place
  /** The property that a refusal names: the place, or the object that lacks one of its names. */
  named: string
  why: string
  value: fc.Arbitrary<unknown>
}

/** A value that says: leave the property out. */
export const leftOut = Symbol('left out')

const written = (place: Place): string =>
  place.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '')

const scalars = fc.oneof(fc.integer({ min: 1 }), fc.boolean(), fc.constant(1.5))
const structures = fc.oneof(fc.constant([]), fc.constant({}), fc.constant({ a: 1 }), fc.constant([5]), fc.constant([{ b: null }]))
const text = fc.string({ minLength: 1, maxLength: 30 })

const longerThan = (longest: number) => fc.integer({ min: 1, max: 100 }).map((more) => 'x'.repeat(longest + more))

/** Each way to break one place of what a shape describes; the rest of the body stays right. */
export function breaksOf(shape: Shape, place: Place = []): Break[] {
  const named = written(place)
  const here = (why: string, value: fc.Arbitrary<unknown>, at: Place = place, of = named): Break => ({ place: at, named: of, why, value })
  switch (shape.is) {
    case 'flag':
      return [here('type', fc.oneof(text, fc.integer(), structures))]
    case 'integer':
      return [
        here('type', fc.oneof(text, fc.boolean(), structures)),
        here('range', fc.oneof(fc.integer({ min: shape.most + 1 }), fc.integer({ max: shape.least - 1 }), fc.constant(shape.least + 0.5))),
      ]
    case 'text':
      return [
        here('type', shape.fromScalar ? structures : fc.oneof(scalars, structures)),
        ...(shape.longest === undefined ? [] : [here('length', longerThan(shape.longest))]),
        ...(shape.shortest === undefined ? [] : [here('empty', fc.constant(''))]),
      ]
    case 'choice':
      return [
        here('type', fc.oneof(scalars, structures)),
        here(
          'choice',
          text.filter((each) => !shape.of.some((known) => known.toLowerCase() === each.toLowerCase())),
        ),
      ]
    case 'time':
      return [
        here('type', fc.oneof(scalars, structures)),
        here('form', fc.constantFrom('soon', '', '2026-13-45T00:00:00Z', '2026-01-01', '0')),
      ]
    case 'list':
      return [
        here('type', fc.oneof(text, scalars, fc.constant({ a: 1 }))),
        ...(shape.most !== undefined
          ? [here('length', fc.constant(Array.from({ length: shape.most + 1 }, () => (shape.of.is === 'text' ? 'x' : {}))))]
          : []),
        ...breaksOf(shape.of, [...place, 0]),
      ]
    case 'map':
      return [
        here('type', fc.oneof(text, scalars, fc.constant([]))),
        here('length', fc.constant(Object.fromEntries(Array.from({ length: shape.most + 1 }, (_, each) => [`k${each}`, 'x'])))),
        here(
          'key',
          fc.oneof(fc.constant({ '': 'x' }), fc.constant({ ['k'.repeat(shape.longestKey + 1)]: 'x' }), fc.constant({ 'a<b': 'x' })),
        ),
        ...breaksOf(shape.of, [...place, 'key']),
      ]
    case 'object':
      return [
        here('type', fc.oneof(text, scalars, fc.constant([]))),
        ...(shape.needs ?? []).map((name) => here('missing', fc.constantFrom(leftOut, null), [...place, name], written([...place, name]))),
        ...Object.entries(shape.fields).flatMap(([name, each]) => breaksOf(each, [...place, name])),
      ]
    case 'any-object':
      return [here('type', fc.oneof(text, scalars, fc.constant([])))]
    case 'fixed':
      return [
        here(
          'choice',
          typeof shape.value === 'boolean'
            ? fc.constant(!shape.value)
            : text.filter((each) => each.toLowerCase() !== String(shape.value).toLowerCase()),
        ),
        ...(shape.value === null ? [] : [here('type', structures)]),
      ]
  }
}

/** The body with something else at one place. */
export function withBroken(body: unknown, [first, ...rest]: Place, value: unknown): unknown {
  if (first === undefined) return value
  if (typeof first === 'number') {
    const list = Array.isArray(body) ? body : []
    return [withBroken(list[0], rest, value), ...list.slice(1)]
  }
  const object = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>
  if (rest.length === 0 && value === leftOut) return Object.fromEntries(Object.entries(object).filter(([name]) => name !== first))
  return { ...object, [first]: withBroken(object[first], rest, value) }
}

/** Each place at which a null may be tried. */
export const placesOf = (shape: Shape): Place[] => [...new Map(breaksOf(shape).map(({ place }) => [written(place), place])).values()]
