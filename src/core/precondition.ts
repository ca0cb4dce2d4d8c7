import { preconditionFailed } from './failures.ts'

export interface EntityTag {
  /** Without its quotes. */
  value: string
  weak: boolean
}

/** What a request wants of the state that it finds (RFC 9110 §13.1.1, §13.1.2); `*` is whatever there is. */
export interface Precondition {
  match?: '*' | readonly EntityTag[]
  noneMatch?: '*' | readonly EntityTag[]
}

/** If-Match compares strongly: a weak tag is never the same. */
export const holdsMatch = ({ match }: Precondition, current: string | undefined): boolean =>
  match === undefined || (current !== undefined && (match === '*' || match.some(({ value, weak }) => !weak && value === current)))

export const holdsNoneMatch = ({ noneMatch }: Precondition, current: string | undefined): boolean =>
  noneMatch === undefined || current === undefined || (noneMatch !== '*' && !noneMatch.some(({ value }) => value === current))

/** For what changes something. Fails with `precondition-failed`, which names the state that was found. */
export function checkPrecondition(precondition: Precondition | undefined, current: string | undefined): void {
  if (!precondition || (holdsMatch(precondition, current) && holdsNoneMatch(precondition, current))) return
  throw preconditionFailed(current)
}
