import { errorBody } from '#http/failure.ts'
import { type NoRequestStatus, noRequestMessages } from '#http/no-request.ts'

/** What is told of something that is not HTTP, or beyond its limits. */
export const badRequest = (status: NoRequestStatus, message: string = noRequestMessages[status]): string =>
  errorBody('UNSUPPORTED', message, {})
