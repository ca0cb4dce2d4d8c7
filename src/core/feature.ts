import { RegistryError } from './registry-error.ts'

/** What Azure has and we do not have yet: said clearly and in one way, with its name, and nothing is pretended. */
export const notAvailable = (feature: string, more = '', target?: string): RegistryError =>
  new RegistryError('feature-unavailable', `'${feature}' is not available in this version of Longshore${more}.`, {
    code: 'FeatureNotAvailable',
    feature,
    ...(target === undefined ? {} : { target }),
  })
