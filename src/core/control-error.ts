import { armFailures } from './control-failures/arm.ts'
import { authorizationFailures } from './control-failures/authorization.ts'
import { providerFailures } from './control-failures/provider.ts'
import type { FailureRow } from './control-failures/row.ts'
import { type FailureDetail, RegistryError } from './registry-error.ts'

/**
 * Every code that the control plane's clients can see of a failure that was made with one, each told in docs/errors.md.
 * What fails without a code of its own gets the usual one of its failure (surfaces/arm/errors.ts).
 */
export const controlFailures = { ...armFailures, ...providerFailures, ...authorizationFailures }

type Rows = typeof controlFailures
export type ControlCode = keyof Rows
type Values<Code extends ControlCode> = Parameters<Rows[Code]['words']>

/** A failure with its code of Azure's. Other surfaces than ARM go by what it is, and do not need the code. */
export class ControlError extends RegistryError {
  readonly code: ControlCode

  constructor(code: ControlCode, message: string, detail: FailureDetail) {
    super(controlFailures[code].failure, message, { ...detail, code } as unknown as FailureDetail)
    this.code = code
  }
}

/** The one way to make one: by its code, with what its words are made of. */
export const controlError = <Code extends ControlCode>(code: Code, ...values: Values<Code>): ControlError =>
  controlErrorWith({}, code, ...values)

/** The same with a detail that something reads besides: `allowed`, `lastOwner`. */
export function controlErrorWith<Code extends ControlCode>(detail: FailureDetail, code: Code, ...values: Values<Code>): ControlError {
  const row: FailureRow = controlFailures[code]
  const [given] = values as readonly [{ target?: unknown }?]
  const target = typeof given?.target === 'string' ? given.target : row.target
  return new ControlError(code, row.words(given as never), { ...(target === undefined ? {} : { target }), ...detail })
}
