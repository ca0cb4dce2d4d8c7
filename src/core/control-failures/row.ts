import type { Failure } from '../registry-error.ts'

/** What a code of the control plane's wire stands for: the failure (its status is the surface's), and the sentence that it is told in. */
export interface FailureRow {
  failure: Failure
  /** The property that it is about, where that is always the same one; else a part of what the words are made of. */
  target?: string
  words: (values: never) => string
}

export type FailureRows = Readonly<Record<string, FailureRow>>
