import { controlError } from '#core/control-error.ts'
import { type Misfit, readShape } from '#core/read-shape.ts'
import type { KnownObject, ObjectShape } from '#core/shape.ts'
import type { Context } from '../context.ts'

/** A body sent to Microsoft.Authorization, which has words of its own for one that is wrong. Fails with `request-invalid`. */
export async function readAuthorizationBody({ body }: Pick<Context, 'body'>, shape: ObjectShape): Promise<KnownObject> {
  return readShape(shape, await body(), badFormat)
}

const badFormat = ({ path, why }: Misfit) => incorrectlyFormatted(`property '${path || '$'}': ${why}`)

export const incorrectlyFormatted = (why: string) => controlError('BadRequestFormat', why)
