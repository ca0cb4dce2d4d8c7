/**
 * JSON as every reader agrees on it. Go's decoder merges repeated keys and matches names whatever their case,
 * JavaScript's takes the last and is exact; a document that the two read differently would let a client and the
 * registry disagree about what an image is. So a repeated key is refused here, and `checkKeys` refuses one that
 * differs from a name that we read only by case folding: what is accepted reads the same everywhere.
 * (RFC 8259; Go's encoding/json "Unmarshal", with Unicode's simple folding of U+017F and U+212A.)
 */
export class JsonError extends Error {}

export type Json = null | boolean | JsonNumber | string | Json[] | JsonObject
/** Keys are data, so an object is a Map: `__proto__` is a key like any other. */
export type JsonObject = Map<string, Json>
/** A number as it was written: a size beyond 2^53 must be seen, not rounded. */
export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const numberForm = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
// A run of characters that stand for themselves inside a string.
const plainForm = /[^"\\\u0000-\u001f]*/y

// NUL, a letter or a digit written as an escape: nobody needs it in a key, and filters before us would not see it.
const disguised = /\\u00(?:00|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA])/

export interface JsonLimits {
  deepest: number
  mostValues: number
}

// Far beyond any manifest of 4 MiB that means something; it bounds the time that one takes.
const ofManifests: JsonLimits = { deepest: 64, mostValues: 250_000 }

/** Go's fold of a key: lower case, with the two characters beyond ASCII that fold into it. */
export const foldKey = (key: string): string => key.toLowerCase().replaceAll('\u017f', 's').replaceAll('\u212a', 'k')

/** Parses a whole document of UTF-8 bytes. Throws JsonError with a sentence. */
export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits = ofManifests): Json {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new JsonError('it is not valid UTF-8')
  }
  return new Parser(text, limits).document()
}

/** Refuses a key that another reader could take for one of `known` though its spelling differs. Throws JsonError. */
export function checkKeys(object: JsonObject, known: ReadonlyMap<string, string>): void {
  for (const key of object.keys()) {
    const name = known.get(foldKey(key))
    if (name !== undefined && name !== key)
      throw new JsonError(`key ${JSON.stringify(key.slice(0, 80))} differs from "${name}" only by its spelling`)
  }
}

/** The names that `checkKeys` guards, by their folded form. */
export const knownKeys = (...names: string[]): ReadonlyMap<string, string> => new Map(names.map((name) => [foldKey(name), name]))

class Parser {
  readonly #text: string
  readonly #limits: JsonLimits
  #at = 0
  #values = 0

  constructor(text: string, limits: JsonLimits) {
    this.#text = text
    this.#limits = limits
  }

  document(): Json {
    const value = this.#value(0)
    this.#space()
    if (this.#at !== this.#text.length) throw this.#error('there is something after the document')
    return value
  }

  #error(what: string): JsonError {
    return new JsonError(`${what} (at character ${this.#at})`)
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #value(depth: number): Json {
    const { deepest, mostValues } = this.#limits
    if (++this.#values > mostValues) throw this.#error(`it has more than ${mostValues} values`)
    if (depth > deepest) throw this.#error(`it is nested deeper than ${deepest}`)
    this.#space()
    const first = this.#text[this.#at]
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    if (first === '"') return this.#string()
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const)
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length
        return value
      }
    numberForm.lastIndex = this.#at
    const number = numberForm.exec(this.#text)
    if (!number) throw this.#error('it is not valid JSON')
    this.#at += number[0].length
    return new JsonNumber(number[0])
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = new Map()
    this.#at++
    this.#space()
    if (this.#take('}')) return object
    for (;;) {
      this.#space()
      if (this.#text[this.#at] !== '"') throw this.#error('a key is expected')
      const start = this.#at
      const key = this.#string()
      if (disguised.test(this.#text.slice(start, this.#at))) throw this.#error('a key hides a character in an escape')
      if (object.has(key)) throw this.#error(`key ${JSON.stringify(key.slice(0, 80))} is given twice`)
      this.#space()
      if (!this.#take(':')) throw this.#error('a colon is expected')
      object.set(key, this.#value(depth + 1))
      this.#space()
      if (this.#take('}')) return object
      if (!this.#take(',')) throw this.#error('a comma or a closing brace is expected')
    }
  }

  #array(depth: number): Json[] {
    const array: Json[] = []
    this.#at++
    this.#space()
    if (this.#take(']')) return array
    for (;;) {
      array.push(this.#value(depth + 1))
      this.#space()
      if (this.#take(']')) return array
      if (!this.#take(',')) throw this.#error('a comma or a closing bracket is expected')
    }
  }

  #string(): string {
    const start = this.#at
    plainForm.lastIndex = start + 1
    const end = start + 1 + (plainForm.exec(this.#text)?.[0].length ?? 0)
    const next = this.#text[end]
    if (next !== '"' && next !== '\\')
      throw this.#error(next === undefined ? 'a string does not end' : 'a control character stands in a string')
    const string = next === '"' ? this.#text.slice(start + 1, end) : this.#escapedString(start, end)
    if (next === '"') this.#at = end + 1
    // Go reads half a pair of surrogates as U+FFFD, so two keys that differ here could be one there.
    if (!string.isWellFormed()) throw this.#error('a string has half a surrogate pair')
    return string
  }

  // Finds the string's end and leaves the escapes to JSON.parse, which knows them all and is quick.
  #escapedString(start: number, firstEscape: number): string {
    const text = this.#text
    let quote = text.indexOf('"', firstEscape)
    for (let escape = firstEscape; escape !== -1 && escape < quote; escape = text.indexOf('\\', escape + 2))
      if (escape + 1 === quote) quote = text.indexOf('"', quote + 1)
    if (quote === -1) throw this.#error('a string does not end')
    this.#at = quote + 1
    try {
      return JSON.parse(text.slice(start, quote + 1)) as string
    } catch {
      throw this.#error('a string has an unknown escape or a control character')
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }
}
