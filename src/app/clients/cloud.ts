import type { Origins } from '../deps.ts'

/** Never `AzureCloud`: az gives a cloud of that name Microsoft's own authority. */
export const cloudName = 'Longshore'

/** The authority in the shape of AD FS: az needs no switch for it and passwords work on any port. */
export const adfsOf = ({ control }: Pick<Origins, 'control'>): string => `${control}/adfs`
export const graphOf = ({ control }: Pick<Origins, 'control'>): string => `${control}/graph`
