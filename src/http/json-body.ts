import { plainJson } from '#core/plain-json.ts'
import { JsonError, type JsonLimits, parseStrictJson } from '#core/strict-json.ts'
import { BodyTooLarge } from './body.ts'
import type { HttpRequest } from './http-request.ts'

/** Far beyond any body that a client has to send to a control plane; what is kept of one is copied, walked and written again. */
const limits: JsonLimits = { deepest: 48, mostValues: 50_000 }

/** Why a body was not taken, in words that end a sentence; each surface has its own dialect for the rest. */
export class BodyRefused extends Error {
  readonly reason: 'too-large' | 'not-json'
  constructor(reason: BodyRefused['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

/**
 * The one reader of JSON bodies, whatever the surface: UTF-8, each key once, bounded in bytes, depth and values.
 * Undefined when there is no body. Throws BodyRefused.
 * @param largest in bytes
 */
export async function readJson(http: Pick<HttpRequest, 'body'>, largest: number): Promise<unknown> {
  try {
    return parseJson(await http.body(largest))
  } catch (error) {
    if (error instanceof BodyTooLarge) throw new BodyRefused('too-large', `it has more than ${largest} bytes`)
    throw error
  }
}

/** The same of bytes that are here already. Throws BodyRefused. */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined
  try {
    return plainJson(parseStrictJson(bytes, limits))
  } catch (error) {
    if (error instanceof JsonError) throw new BodyRefused('not-json', error.message)
    throw error
  }
}
