import { contentFailures, type Failure, generalFailures, stateFailures } from '#core/registry-error.ts'
import { rowsFor } from '#http/failure.ts'

/** The name of the failure is in the body: the status only says whose fault it is. */
export const wire: Readonly<Record<Failure, number>> = {
  ...rowsFor(generalFailures, 400),
  ...rowsFor(contentFailures, 400),
  ...rowsFor(stateFailures, 400),
  'not-found': 404,
  'method-unsupported': 405,
  'storage-full': 500,
  'storage-failed': 500,
}
