import { attributeNames, type AttributesChange } from '#core/attributes.ts'
import { type Misfit, readShape } from '#core/read-shape.ts'
import { RegistryError } from '#core/registry-error.ts'
import { flag, object, text } from '#core/shape.ts'
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

const quarantine = Object.fromEntries(quarantineNames.map((name) => [name, text()]))
/** Keys that it does not know are no business of ours. */
export const changeShape = object({ ...Object.fromEntries(attributeNames.map((name) => [name, flag])), ...quarantine })

/** Null says nothing; so does no body at all. */
export function parseChange(body: unknown): AttributesChange {
  if (body === undefined) return {}
  const given = Object.entries(readShape(changeShape, body, misfitInWords))
  return Object.fromEntries(given.filter(([, value]) => value !== null)) as AttributesChange
}

const misfitInWords = ({ path, why }: Misfit) =>
  path === ''
    ? new RegistryError('request-invalid', 'the body must be a JSON object')
    : new RegistryError('request-invalid', `${path} ${why.replace(/^it /, '')}`, { name: path })
