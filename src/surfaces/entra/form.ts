import { SignInRefused } from '#app/identity/sign-in-refusal.ts'
import { BodyTooLarge } from '#http/body.ts'
import type { HttpRequest } from '#http/http-request.ts'

const largest = 64 * 1024

/** Parameters of a form or a query: each at most once (RFC 6749 §3.1); an empty one is as if it were not there. */
export class Parameters {
  readonly #values: URLSearchParams

  /** Fails with `parameter-repeated`. */
  constructor(values: URLSearchParams) {
    const seen = new Set<string>()
    for (const name of values.keys()) {
      if (seen.has(name)) throw new SignInRefused('parameter-repeated', { parameter: name.slice(0, 60) })
      seen.add(name)
    }
    this.#values = values
  }

  get(name: string): string | undefined {
    return this.#values.get(name) || undefined
  }

  /** Fails with `parameter-missing`. */
  need(name: string): string {
    const value = this.get(name)
    if (value === undefined) throw new SignInRefused('parameter-missing', { parameter: name })
    return value
  }
}

/** Fails with `parameter-wrong` for a body that is too large, and as Parameters does. */
export async function readForm(http: HttpRequest): Promise<Parameters> {
  try {
    return new Parameters(new URLSearchParams((await http.body(largest)).toString('utf8')))
  } catch (error) {
    if (error instanceof BodyTooLarge) throw new SignInRefused('parameter-wrong', { parameter: 'body' })
    throw error
  }
}
