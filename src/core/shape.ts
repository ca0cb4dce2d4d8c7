/**
 * What a document sent to us must look like, as data: read by `readShape` (read-shape.ts), and said as JSON Schema
 * (json-schema.ts), from which our own descriptions are written. The one form for ARM, Graph, `/acr/v1` and the control socket.
 */
export type Shape =
  | { is: 'flag' }
  | { is: 'integer'; least: number; most: number }
  /** `fromScalar`: a number or a boolean is taken as it is written, as Azure's own reader of tags does. */
  | { is: 'text'; longest?: number; shortest?: number; pattern?: RegExp; like?: string; fromScalar?: true }
  /** One of these; compared without case, given as written here. */
  | { is: 'choice'; of: readonly string[] }
  | { is: 'time' }
  /** `most` is absent where a rule counts (a tier's limit): the body's own bounds hold. */
  | { is: 'list'; of: Shape; most?: number }
  | { is: 'map'; of: Shape; most: number; longestKey: number; keyPattern: RegExp }
  /** `closed`: a property that is not named here is refused; else it is dropped. */
  | { is: 'object'; fields: Readonly<Record<string, Shape>>; needs?: readonly string[]; closed?: true }
  /** An object that is kept as it comes; nothing here decides by it. */
  | { is: 'any-object' }
  /** What cannot be chosen here (yet): this value or nothing. */
  | { is: 'fixed'; value: string | boolean | number | null }

export type ObjectShape = Extract<Shape, { is: 'object' }>

export const flag: Shape = { is: 'flag' }
export const time: Shape = { is: 'time' }
export const anyObject: Shape = { is: 'any-object' }
export const text = (longest?: number): Shape => ({ is: 'text', ...(longest === undefined ? {} : { longest }) })
/** A text that says something. */
export const name = (longest?: number): Shape => ({ is: 'text', shortest: 1, ...(longest === undefined ? {} : { longest }) })
export const integer = (least: number, most: number): Shape => ({ is: 'integer', least, most })
export const oneOf = (...of: readonly string[]): Shape => ({ is: 'choice', of })
export const list = (of: Shape, most?: number): Shape => ({ is: 'list', of, ...(most === undefined ? {} : { most }) })
export const fixed = (value: string | boolean | number | null): Shape => ({ is: 'fixed', value })
export const object = (fields: Readonly<Record<string, Shape>>, needs: readonly string[] = []): ObjectShape => ({
  is: 'object',
  fields,
  ...(needs.length > 0 ? { needs } : {}),
})

export type Known = null | boolean | number | string | readonly Known[] | { readonly [name: string]: Known }
export type KnownObject = { readonly [name: string]: Known }

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
