import { type ControlError, controlError } from '#core/control-error.ts'
import { notAvailable } from '#core/feature.ts'
import { type Misfit, readShape } from '#core/read-shape.ts'
import type { KnownObject, ObjectShape } from '#core/shape.ts'
import type { Context } from './context.ts'

/** What was sent to an action, by its shape; nothing sent is an empty object. Fails with `request-invalid`. */
export async function readBody(context: Pick<Context, 'body'>, shape: ObjectShape): Promise<KnownObject> {
  return readShape(shape, (await context.body()) ?? {}, misfitInWords)
}

/** ARM's words for what a body must not be. */
export function misfitInWords({ kind, path, why }: Misfit): ControlError {
  if (kind === 'unavailable') return notAvailable(path, `: ${why}`, path)
  if (kind === 'value')
    return controlError('InvalidResourceProperties', { sentence: `The value of property '${path}' is invalid: ${why}.`, target: path })
  const target = path || '$'
  return controlError('InvalidRequestContent', {
    sentence: `The request content was invalid and could not be deserialized: property '${target}': ${why}.`,
    target,
  })
}
