import { attributeNames, type AttributesChange } from '#core/attributes.ts'
import { RegistryError } from '#core/registry-error.ts'
import { BodyTooLarge } from '#http/body.ts'
import type { Exchange } from '#http/exchange.ts'

const largestBody = 64 * 1024
const quarantineNames = ['quarantineState', 'quarantineDetails'] as const

/** The body of a PATCH: what is to change. Fails with `request-invalid`, naming the key that is wrong. */
export async function readChange(exchange: Exchange): Promise<AttributesChange> {
  try {
    return parseChange((await exchange.body(largestBody)).toString('utf8'))
  } catch (error) {
    if (error instanceof BodyTooLarge) throw new RegistryError('request-invalid', `the body may have up to ${largestBody} bytes`)
    throw error
  }
}

/** Keys that it does not know are no business of ours, and null says nothing. */
export function parseChange(text: string): AttributesChange {
  if (text.trim() === '') return {}
  const body = parseObject(text)
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

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new RegistryError('request-invalid', 'the body is not JSON')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new RegistryError('request-invalid', 'the body must be a JSON object')
  return body as Readonly<Record<string, unknown>>
}

const wrong = (name: string, expected: string) => new RegistryError('request-invalid', `${name} must be ${expected}`, { name })
