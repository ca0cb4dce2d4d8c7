import { RegistryError } from '#core/registry-error.ts'
import { Refusal } from '#core/refusal.ts'
import { BodyRefused } from '#http/json-body.ts'

/** The one caller has the rights of the data directory's owner: what failed is told as it is, by name where it has one. */
export function controlFailure(error: unknown): { status: number; body: unknown; expected: boolean } {
  if (error instanceof Refusal)
    return { status: 409, body: { kind: 'refusal', reason: error.reason, detail: error.detail }, expected: true }
  if (error instanceof RegistryError)
    return { status: 400, body: { kind: 'registry', failure: error.failure, message: error.message, detail: error.detail }, expected: true }
  if (error instanceof BodyRefused)
    return {
      status: 400,
      body: { kind: 'registry', failure: 'request-invalid', message: `the body: ${error.message}`, detail: {} },
      expected: true,
    }
  return { status: 500, body: { kind: 'other', message: error instanceof Error ? error.message : String(error) }, expected: false }
}
