import { RegistryError } from '#core/registry-error.ts'
import type { Answer } from './context.ts'

/** What Azure has and we do not have yet: said clearly, and nothing is pretended. */
export const unavailable = (what: string): RegistryError =>
  new RegistryError('unsupported', `'${what}' is not available in this version of Longshore.`, { code: 'FeatureNotAvailable' })

export const notAvailable = (what: string) => async (): Promise<Answer> => {
  throw unavailable(what)
}
