import { type KnownObject, readShape, type Shape } from '#core/shape.ts'
import type { Context } from './context.ts'

/** What was sent to an action, by its shape; nothing sent is an empty object. Fails with `request-invalid`. */
export async function sent(context: Context, shape: Extract<Shape, { is: 'object' }>): Promise<KnownObject> {
  return readShape(shape, (await context.body()) ?? {}, '') as KnownObject
}
