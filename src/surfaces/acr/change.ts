import { attributeNames, type AttributesChange } from '#core/attributes.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isObject } from '#core/shape.ts'
import type { HttpRequest } from '#http/http-request.ts'
import { BodyRefused, readJson } from '#http/json-body.ts'

const largestBody = 64 * 1024
const quarantineNames = ['quarantineState', 'quarantineDetails'] as const

/** The body of a PATCH: what is to change. Fails with `request-invalid`, naming the key that is wrong. */
export async function readChange(http: HttpRequest): Promise<AttributesChange> {
  try {
    return parseChange(await readJson(http, largestBody))
  } catch (error) {
    if (error instanceof BodyRefused) throw new RegistryError('request-invalid', `the body cannot be read as JSON: ${error.message}`)
    throw error
  }
}

/** Keys that it does not know are no business of ours, and null says nothing; so does no body at all. */
export function parseChange(body: unknown): AttributesChange {
  if (body === undefined) return {}
  if (!isObject(body)) throw new RegistryError('request-invalid', 'the body must be a JSON object')
  const change: AttributesChange = {}
  for (const name of attributeNames) {
    const value = body[name] ?? undefined
    if (value !== undefined && typeof value !== 'boolean') throw wrong(name, 'true or false')
    if (value !== undefined) change[name] = value
  }
  for (const name of quarantineNames) {
    const value = body[name] ?? undefined
    if (value !== undefined && typeof value !== 'string') throw wrong(name, 'a string')
    if (value !== undefined) change[name] = value
  }
  return change
}

const wrong = (name: string, expected: string) => new RegistryError('request-invalid', `${name} must be ${expected}`, { name })
