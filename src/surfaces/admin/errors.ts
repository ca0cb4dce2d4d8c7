import { type Failure, failures } from '#core/registry-error.ts'
import { rowsFor } from '#http/failure.ts'

/** Balancers and scrapers read the status. What these pages cannot meet is the server's own trouble. */
export const wire = {
  ...rowsFor(failures, 503),
  'not-found': 404,
  'method-unsupported': 405,
  'request-invalid': 400,
  'content-encoding-unsupported': 400,
  'expectation-failed': 400,
  'version-unsupported': 400,
  'not-implemented': 400,
} as const satisfies Record<Failure, number>
