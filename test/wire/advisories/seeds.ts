import type { Answer } from '../../world/send.ts'

interface Told {
  request: string
  status: number
  text: string
}

/** Secrets that were made or sent, by what they are, and everything that was answered. */
export class Seeds {
  readonly #values = new Map<string, string>()
  readonly #answers: Told[] = []

  /** Gives it back, to be used. */
  add(what: string, value: string | undefined): string {
    if (value === undefined || value.length < 12) throw new Error(`${what} is no secret that could be looked for: ${value?.length}`)
    this.#values.set(value, what)
    return value
  }

  get kinds(): ReadonlySet<string> {
    return new Set(this.#values.values())
  }

  get count(): number {
    return this.#values.size
  }

  readonly seen = (method: string, path: string, { status, headers, body }: Answer): void => {
    this.#answers.push({
      request: `${method} ${path.replace(/[?].*/s, '')}`,
      status,
      text: JSON.stringify(headers) + body.toString('utf8'),
    })
  };

  /** Which secrets a text holds, as they are, percent-encoded or in base64. */
  in(text: string): string[] {
    const forms = (value: string) => [value, encodeURIComponent(value), Buffer.from(value).toString('base64').replace(/=+$/, '')]
    return [...this.#values].filter(([value]) => forms(value).some((form) => text.includes(form))).map(([, what]) => what)
  }

  /** Each answer that holds a secret and is not one of those that give one. */
  leaks(gives: (request: string, status: number) => boolean): string[] {
    return this.#answers
      .filter(({ request, status }) => !gives(request, status))
      .flatMap(({ request, status, text }) => this.in(text).map((what) => `${request} → ${status}: ${what}`))
  }

  get answered(): { errors: number; gets: number; requests: ReadonlySet<string> } {
    return {
      errors: this.#answers.filter(({ status }) => status >= 400).length,
      gets: this.#answers.filter(({ request, status }) => request.startsWith('GET') && status < 400).length,
      requests: new Set(this.#answers.map(({ request }) => request)),
    }
  }
}
