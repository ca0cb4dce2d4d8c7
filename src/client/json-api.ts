import type { Transport, TransportAnswer } from './transport.ts'

/** What a server of ARM or Graph refused, in its words. */
export class ApiFailure extends Error {
  readonly status: number
  /** ARM's or Graph's; empty where the answer had none. */
  readonly code: string
  /** The property or the query option that was wrong. */
  readonly target: string | undefined

  constructor({ status, code, message, target }: { status: number; code: string; message: string; target?: string | undefined }) {
    super(message)
    this.name = 'ApiFailure'
    this.status = status
    this.code = code
    this.target = target
  }
}

export interface JsonApiOptions {
  send: Transport
  /** Waits between two looks at what takes long. */
  pause: (milliseconds: number) => Promise<void>
}

interface Asking {
  body?: unknown
  query?: Readonly<Record<string, string | undefined>>
  headers?: Readonly<Record<string, string>>
}

/** What every API of Azure's has in common: JSON, errors with a code, lists in pages, work that goes on after the answer. */
export class JsonApi {
  readonly #options: JsonApiOptions
  readonly #always: Readonly<Record<string, string>>

  /** @param always query options of each request */
  constructor(options: JsonApiOptions, always: Readonly<Record<string, string>> = {}) {
    this.#options = options
    this.#always = always
  }

  get = <Result>(path: string, asking: Asking = {}): Promise<Result> => this.#call('GET', path, asking) as Promise<Result>
  post = <Result>(path: string, asking: Asking = {}): Promise<Result> => this.#call('POST', path, asking) as Promise<Result>
  put = <Result>(path: string, asking: Asking): Promise<Result> => this.#call('PUT', path, asking) as Promise<Result>
  patch = <Result>(path: string, asking: Asking): Promise<Result> => this.#call('PATCH', path, asking) as Promise<Result>
  delete = <Result>(path: string, asking: Asking = {}): Promise<Result> => this.#call('DELETE', path, asking) as Promise<Result>

  /** Undefined for what is not there. */
  async find<Result>(path: string, asking: Asking = {}): Promise<Result | undefined> {
    try {
      return await this.get<Result>(path, asking)
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 404) return undefined
      throw error
    }
  }

  /** Every entry of a list; a page is asked for when the one before was read to its end. */
  async *pages<Item>(path: string, asking: Asking = {}): AsyncGenerator<Item> {
    for (let next: string | undefined = this.#pathOf(path, asking); next !== undefined; ) {
      const page = read(await this.#send('GET', next, asking)) as { value: Item[]; nextLink?: string; '@odata.nextLink'?: string }
      yield* page.value
      const link = page.nextLink ?? page['@odata.nextLink']
      next = link && withoutOrigin(link)
    }
  }

  async #call(method: string, path: string, asking: Asking): Promise<unknown> {
    const answer = await this.#send(method, this.#pathOf(path, asking), asking)
    return read(await this.#finished(answer))
  }

  async #send(method: string, path: string, { body, headers = {} }: Asking): Promise<TransportAnswer> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await this.#options.send({
      method,
      path,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...sent,
    })
    if (answer.status >= 400) throw failureOf(answer)
    return answer
  }

  /** ARM tells with `Azure-AsyncOperation` or with 202 and `Location` where to look until it has come to an end. */
  async #finished(begun: TransportAnswer): Promise<TransportAnswer> {
    const { 'azure-asyncoperation': monitor, location } = begun.headers
    if (monitor === undefined && begun.status !== 202) return begun
    for (let answer = begun; ; ) {
      await this.#options.pause(1000 * Number(answer.headers['retry-after'] ?? 1))
      answer = await this.#send('GET', withoutOrigin(monitor ?? location ?? ''), {})
      if (monitor === undefined) {
        if (answer.status !== 202) return answer
        continue
      }
      const { status = '', error } = read(answer) as { status?: string; error?: { code?: string; message?: string } }
      if (status === 'Failed' || status === 'Canceled')
        throw new ApiFailure({
          status: answer.status,
          code: error?.code ?? status,
          message: error?.message ?? `the operation ended: ${status}`,
        })
      if (status === 'Succeeded') return location === undefined ? begun : this.#send('GET', withoutOrigin(location), {})
    }
  }

  #pathOf(path: string, { query = {} }: Asking): string {
    const given = Object.entries({ ...this.#always, ...query }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
    return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
  }
}

/** A link is followed where the client already is, whatever origin it names. */
const withoutOrigin = (link: string): string => link.replace(/^https?:\/\/[^/]*/i, '')

const read = ({ body }: TransportAnswer): unknown => (body === '' ? undefined : JSON.parse(body))

function failureOf(answer: TransportAnswer): ApiFailure {
  let refusal: { code?: string; message?: string; target?: string } = {}
  try {
    refusal = (read(answer) as { error?: typeof refusal })?.error ?? {}
  } catch {
    // What comes from something in between has no such body.
  }
  const { code = '', message = `the server answered ${answer.status}`, target } = refusal
  return new ApiFailure({ status: answer.status, code, message, target })
}
