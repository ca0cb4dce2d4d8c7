import type { Access, Caller } from '#core/access.ts'
import { BrokenOff } from '#core/broken-off.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import type { Headers } from './headers.ts'
import { answerOfFailure, type FailingAnswer } from './failure.ts'
import type { HttpRequest } from './http-request.ts'

const longestCause = 500

/**
 * The one way through every surface:
 *
 *     identify → parse → row → admit → handle → Answer → wire        (or parse before identify, as `first` says)
 *
 * A surface is a `Dialect` (five types) and a `Surface` (its steps). What it is made of:
 *
 *     request.ts   the union of what can be asked, and `parse`: outside text → checked value
 *     routes.ts    `Routes<Context, Request>`: a kind without a row does not compile
 *     errors.ts    `Record<Failure, …>`: a failure without a status does not compile
 *     surface.ts   `export const arm: Surface<Arm> = { first: 'caller', identify, parse, routeOf, admit, context, headers, fail }`
 *
 * Handlers get a context and the parsed request and return an `Answer`; whatever goes wrong is thrown. `answerTo` needs no
 * socket: tests call it with a plain `HttpRequest`. `serve` sends what it gives.
 *
 * Written here and nowhere else: the log's principal, repository, digest, failure and reason; what an error that nobody
 * expected tells; the cut of a connection whose answer cannot be whole; `Retry-After` of 429 and 503, `Allow` of 405,
 * the answer to OPTIONS, `Accept-Encoding` of 415. HEAD and `Content-Length` are the exchange's (exchange.ts).
 */
export interface Surface<D extends Dialect> {
  /** Whether it is known first who asks or what is asked: a surface that hides what there is begins with the caller. */
  first: 'caller' | 'request'
  /** Undefined where nobody signs in, or where the credential is what the request is about (the token endpoints). */
  identify(call: Call<D>): D['caller'] | Promise<D['caller']>
  parse(call: Call<D>): D['request'] | Promise<D['request']>
  routeOf(request: D['request']): D['route']
  /** May they, and how often: `access` and what else the row says. Throws what refuses. */
  admit(call: Admissible<D>): void | Promise<void>
  /** What the handlers get. */
  context(call: Admissible<D>): D['context'] | Promise<D['context']>
  /** On every answer, good or failing; of a request that could not be read as well. */
  headers(call: Call<D>): Headers
  /** A failure in the dialect's words. Errors that nobody expected come as `storage-failed`, and `call.http.unexpected` is set. */
  fail(call: Call<D>, failure: RegistryError): FailingAnswer
  /** The methods that stay open where the state of a thing closes one (405). Those that a URL has come with the failure. */
  openMethods?(call: Call<D>): Promise<readonly string[] | undefined>
  /** Where refusals are counted: may give another failure in its place. */
  refused?(call: Call<D>, failure: RegistryError): RegistryError
}

/** The types of one surface. */
export interface Dialect {
  /** What it is served with: dependencies, and what the host name means. */
  world: unknown
  caller: Caller | undefined
  request: { readonly kind: string }
  route: Route<never, never>
  context: unknown
}

/** One row: what its caller must hold, and what is done. Surfaces that count requests add a column. */
export interface Route<Context, Request> {
  readonly access: (request: Request) => Access
  readonly handle: (context: Context, request: Request) => Answer | Promise<Answer>
}

/** A table without gaps. `Column` is what each row has besides. */
export type Routes<Context, Request extends { readonly kind: string }, Column = unknown> = {
  readonly [K in Request['kind']]: Route<Context, OfKind<Request, K>> & Column
}

/** Of a union, what can have this kind: also of a member whose kind is one of several. */
export type OfKind<Request extends { readonly kind: string }, K> = Request extends unknown
  ? K extends Request['kind']
    ? Request & { readonly kind: K }
    : never
  : never

/** What is known of a request so far. */
export interface Call<D extends Dialect> {
  readonly world: D['world']
  readonly http: HttpRequest
  caller?: D['caller']
  request?: D['request']
  route?: D['route']
}

export type Admissible<D extends Dialect> = Required<Call<D>>

/** Answers one request. Never rejects. */
export async function serve<D extends Dialect>(surface: Surface<D>, world: D['world'], exchange: Exchange): Promise<void> {
  const call: Call<D> = { world, http: exchange }
  await send(surface, call, exchange, await answerTo(surface, call))
}

/**
 * Answers with a failure, or an error, that was found before anybody asked what the request is for. Never rejects.
 * The head is written before this returns: what follows a request that cannot be read would be answered instead.
 */
export function refuse<D extends Dialect>(
  surface: Surface<D>,
  world: D['world'],
  exchange: Exchange,
  error: unknown,
  headers: Headers = [],
): Promise<void> {
  const call: Call<D> = { world, http: exchange }
  const found = examine(surface, call, error)
  const answer = found && worded(surface, call, found)
  return send(surface, call, exchange, answer && { ...answer, headers: [...(answer.headers ?? []), ...headers] })
}

/** The answer as a value; undefined where the connection can only be cut. Never rejects. */
export async function answerTo<D extends Dialect>(surface: Surface<D>, call: Call<D>): Promise<Answer | undefined> {
  // What is there already is not waited for: a manifest costs 18 µs, and each turn of the queue would be seen in it.
  try {
    if (surface.first === 'caller') {
      const caller = surface.identify(call)
      noteCaller(call, caller instanceof Promise ? await caller : caller)
    }
    const parsed = surface.parse(call)
    const request = parsed instanceof Promise ? await parsed : parsed
    call.request = request
    note(call.http, request)
    const route = surface.routeOf(request)
    call.route = route
    if (surface.first === 'request') {
      const caller = surface.identify(call)
      noteCaller(call, caller instanceof Promise ? await caller : caller)
    }
    const admissible = call as Admissible<D>
    const admitted = surface.admit(admissible)
    if (admitted) await admitted
    const { handle } = route as Route<D['context'], D['request']>
    const context = surface.context(admissible)
    const answer = await handle(context instanceof Promise ? await context : context, request)
    const common = surface.headers(call)
    return { status: answer.status, headers: answer.headers ? common.concat(answer.headers) : common, body: answer.body }
  } catch (error) {
    return failed(surface, call, error)
  }
}

function noteCaller<D extends Dialect>(call: Call<D>, caller: Caller | undefined): void {
  call.caller = caller
  if (!caller) return
  call.http.log.principal = caller.name
  if (caller.kind !== 'anonymous') call.http.isKnown()
}

function note({ log }: HttpRequest, request: Readonly<Record<string, unknown>>): void {
  if (typeof request.repository === 'string') log.repository = request.repository
  if (typeof request.digest === 'string') log.digest = request.digest
}

async function send<D extends Dialect>(surface: Surface<D>, call: Call<D>, exchange: Exchange, answer: Answer | undefined): Promise<void> {
  if (!answer) return exchange.destroy()
  try {
    await exchange.answer(answer)
  } catch (error) {
    const instead = await failed(surface, call, error)
    if (!instead) return exchange.destroy()
    await exchange.answer(instead).catch(() => exchange.destroy())
  }
}

async function failed<D extends Dialect>(surface: Surface<D>, call: Call<D>, error: unknown): Promise<Answer | undefined> {
  const failure = examine(surface, call, error)
  if (!failure) return undefined
  const closes = call.request && !failure.detail.allowed && surface.openMethods
  const answer = worded(surface, call, failure)
  if (!closes || answer?.status !== 405) return answer
  return worded(surface, call, failure, await surface.openMethods?.(call).catch(() => undefined))
}

/** What failed, for the log and for the words; undefined where the connection can only be cut. */
function examine<D extends Dialect>(surface: Surface<D>, call: Call<D>, error: unknown): RegistryError | undefined {
  const { http } = call
  const brokenOff = error instanceof BrokenOff ? error.as : undefined
  if (http.beyondAnswer || brokenOff === 'broken-off') {
    http.log.failure = brokenOff ?? 'broken-off'
    // What the disk has changed the operator is to see, whoever asked.
    if (brokenOff === 'corrupt-blob' || (!http.clientGone && !brokenOff)) http.unexpected = error
    return undefined
  }
  const failure = expected(surface, call, error)
  http.log.failure = failure.failure
  http.log.reason = typeof failure.detail.because === 'string' ? failure.detail.because : failure.message
  if (typeof failure.cause === 'string') http.log.cause = failure.cause.slice(0, longestCause)
  // The client has done nothing wrong: the operator is to see it.
  if (failure.failure === 'manifest-damaged' || failure.failure === 'blob-lost') http.unexpected = failure
  return failure
}

function worded<D extends Dialect>(
  surface: Surface<D>,
  call: Call<D>,
  failure: RegistryError,
  allowed?: readonly string[],
): Answer | undefined {
  try {
    const answer = surface.fail(call, failure)
    return answerOfFailure(call.http, surface.headers(call), allowed ? { ...answer, allowed } : answer, failure)
  } catch (wordless) {
    call.http.unexpected = wordless
    return undefined
  }
}

/** Nothing of an unexpected error reaches the wire; the log has it under the correlation id. */
function expected<D extends Dialect>(surface: Surface<D>, call: Call<D>, error: unknown): RegistryError {
  if (error instanceof RegistryError) return surface.refused?.(call, error) ?? error
  call.http.unexpected = error
  return new RegistryError('storage-failed', `internal error; the log has it under correlation id ${call.http.correlationId}`)
}
