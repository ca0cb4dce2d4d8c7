import { type Comparison, comparisons, type Filter, type FilterValue, type Operand } from '#core/filter.ts'
import { RegistryError } from '#core/registry-error.ts'

interface Token {
  kind: 'text' | 'number' | 'word' | 'sign' | 'end'
  text: string
  at: number
}

const longest = 8192
const deepest = 24

/** How much may be asked at once: each part costs a comparison for each thing that is looked at. */
export interface FilterLimits {
  /** Comparisons and calls in all. */
  parts: number
  /** Of one `or`, or one `in`. */
  alternatives: number
}
const usualLimits: FilterLimits = { parts: 50, alternatives: 50 }
const tokenPattern = /\s*(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)(?![\w-])|([A-Za-z_@$][\w@$.-]*(?:\/[A-Za-z_@$][\w@$.-]*)*)|([(),:]))/y

/** Reads a `$filter`, percent-decoded before. Fails with `request-invalid`, saying where and what was expected. */
export function parseFilter(text: string, limits: FilterLimits = usualLimits): Filter {
  if (text.length > longest) throw new RegistryError('request-invalid', `a $filter may have up to ${longest} characters`)
  const reader = new Reader(text, limits)
  const filter = reader.either()
  reader.expect('end', '', '"and", "or" or the end')
  return filter
}

class Reader {
  readonly #text: string
  readonly #limits: FilterLimits
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0
  #parts = 0
  /** The variables of the lambdas around, the innermost last. */
  readonly #variables: string[] = []

  constructor(text: string, limits: FilterLimits) {
    this.#text = text
    this.#limits = limits
    this.#tokens = this.#split()
  }

  either(): Filter {
    if (++this.#depth > deepest) throw this.#wrong(`up to ${deepest} levels of parentheses`)
    const filter = this.#joined('or', () => this.#joined('and', () => this.#not()))
    this.#depth--
    return filter
  }

  /** The next token, when it is this one. */
  expect(kind: Token['kind'], text: string, what: string): Token {
    const token = this.#next
    if (token.kind !== kind || (text !== '' && token.text !== text)) throw this.#wrong(what)
    this.#at++
    return token
  }

  #joined(kind: 'and' | 'or', part: () => Filter): Filter {
    const of = [part()]
    while (this.#takesWord(kind)) of.push(part())
    if (of.length === 1) return of[0] as Filter
    return kind === 'or' ? this.#alternatives(of) : { kind, of }
  }

  #alternatives(of: readonly Filter[]): Filter {
    const { alternatives } = this.#limits
    if (of.length <= alternatives) return { kind: 'or', of }
    throw tooMany(`Too many child clauses specified in search filter expression containing 'OR' operators: ${of.length}`, alternatives)
  }

  #countPart(): void {
    if (++this.#parts > this.#limits.parts) throw tooMany('The $filter has too many comparisons', this.#limits.parts)
  }

  #not(): Filter {
    let turned = false
    while (this.#takesWord('not')) turned = !turned
    const filter = this.#term()
    return turned ? { kind: 'not', of: filter } : filter
  }

  #term(): Filter {
    if (this.#takesSign('(')) {
      const inner = this.either()
      this.expect('sign', ')', '")"')
      return inner
    }
    const name = this.expect('word', '', 'a field, a function or "("').text
    this.#countPart()
    if (this.#takesSign('(')) return /\/any$/i.test(name) ? this.#any(name.replace(/\/any$/i, '')) : this.#call(name)
    const operator = this.expect('word', '', 'a comparison, such as "eq"').text.toLowerCase()
    const field = this.#field(name)
    if (operator === 'in') return this.#in(field)
    if (!(comparisons as readonly string[]).includes(operator)) {
      this.#at--
      throw this.#wrong(`one of ${comparisons.join(', ')}, in`)
    }
    return { kind: 'compare', field, operator: operator as Comparison, value: this.#value() }
  }

  #in(field: string): Filter {
    this.expect('sign', '(', '"("')
    const of: Filter[] = []
    do {
      this.#countPart()
      of.push({ kind: 'compare', field, operator: 'eq', value: this.#value() })
    } while (this.#takesSign(','))
    this.expect('sign', ')', '"," or ")"')
    return this.#alternatives(of)
  }

  #call(name: string): Filter {
    const operands: Operand[] = []
    if (!this.#takesSign(')')) {
      do operands.push(this.#operand())
      while (this.#takesSign(','))
      this.expect('sign', ')', '"," or ")"')
    }
    return { kind: 'call', name: name.toLowerCase(), arguments: operands }
  }

  #any(collection: string): Filter {
    const field = this.#field(collection)
    this.#variables.push(this.expect('word', '', 'a name for the element').text)
    this.expect('sign', ':', '":"')
    const where = this.either()
    this.#variables.pop()
    this.expect('sign', ')', '")"')
    return { kind: 'any', field, where }
  }

  #operand(): Operand {
    const token = this.#next
    if (token.kind !== 'word' || isLiteral(token.text)) return { kind: 'value', value: this.#value() }
    this.#at++
    return { kind: 'field', field: this.#field(token.text) }
  }

  #value(): FilterValue {
    const token = this.#next
    this.#at++
    if (token.kind === 'text') return token.text
    if (token.kind === 'number') return Number(token.text)
    if (token.kind === 'word' && isLiteral(token.text)) return JSON.parse(token.text.toLowerCase()) as boolean | null
    this.#at--
    throw this.#wrong("a value, such as 'text', 5, true or null")
  }

  /** Of a lambda's own element: what comes behind the variable. */
  #field(path: string): string {
    const variable = this.#variables.at(-1)
    if (variable === undefined) return path
    if (path === variable) return ''
    return path.startsWith(`${variable}/`) ? path.slice(variable.length + 1) : path
  }

  #takesWord(word: string): boolean {
    const { kind, text } = this.#next
    const taken = kind === 'word' && text.toLowerCase() === word
    if (taken) this.#at++
    return taken
  }

  #takesSign(sign: string): boolean {
    const { kind, text } = this.#next
    const taken = kind === 'sign' && text === sign
    if (taken) this.#at++
    return taken
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token
  }

  #split(): Token[] {
    const tokens: Token[] = []
    const end = this.#text.trimEnd().length
    let at = 0
    while (at < end) {
      tokenPattern.lastIndex = at
      const found = tokenPattern.exec(this.#text)
      const [all = '', quoted, number, word, sign] = found ?? []
      if (!found) throw invalid(this.#text, at, 'a name, a value or a parenthesis')
      if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replaceAll("''", "'"), at })
      else if (number !== undefined) tokens.push({ kind: 'number', text: number, at })
      else if (word !== undefined) tokens.push({ kind: 'word', text: word, at })
      else tokens.push({ kind: 'sign', text: sign ?? '', at })
      at += all.length
    }
    tokens.push({ kind: 'end', text: '', at: end })
    return tokens
  }

  #wrong(expected: string): RegistryError {
    return invalid(this.#text, this.#next.at, expected)
  }
}

const isLiteral = (word: string): boolean => /^(?:true|false|null)$/i.test(word)

const invalid = (text: string, at: number, expected: string) =>
  new RegistryError(
    'request-invalid',
    `The $filter is not valid at character ${at + 1}, before "${text.slice(at, at + 40)}": expected ${expected}.`,
    { filter: text.slice(0, 400), at },
  )

const tooMany = (what: string, most: number) => new RegistryError('request-invalid', `${what}. Max allowed: ${most}.`)
