import { notAvailable } from '#core/feature.ts'
import { type Misfit, readShape } from '#core/read-shape.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { KnownObject, ObjectShape } from '#core/shape.ts'
import type { Context } from './context.ts'

/** What was sent to an action, by its shape; nothing sent is an empty object. Fails with `request-invalid`. */
export async function readBody(context: Pick<Context, 'body'>, shape: ObjectShape): Promise<KnownObject> {
  return readShape(shape, (await context.body()) ?? {}, misfitInWords)
}

/** ARM's words for what a body must not be. */
export function misfitInWords({ kind, path, why }: Misfit): RegistryError {
  if (kind === 'unavailable') return notAvailable(path, `: ${why}`, path)
  if (kind === 'value')
    return new RegistryError('request-invalid', `The value of property '${path}' is invalid: ${why}.`, {
      code: 'InvalidResourceProperties',
      target: path,
    })
  const target = path || '$'
  return new RegistryError(
    'request-invalid',
    `The request content was invalid and could not be deserialized: property '${target}': ${why}.`,
    {
      code: 'InvalidRequestContent',
      target,
    },
  )
}
