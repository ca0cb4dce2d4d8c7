import { type ControlError, controlErrorWith } from './control-error.ts'

/** What Azure has and we do not have yet: said clearly and in one way, with its name, and nothing is pretended. */
export const notAvailable = (feature: string, more = '', target?: string): ControlError =>
  controlErrorWith({ feature }, 'FeatureNotAvailable', { feature, more, ...(target === undefined ? {} : { target }) })
