import type { ApiVersion } from '#core/api-version.ts'

/**
 * Which API versions have a type, and with which status each of its verbs is answered. Answers, what is taken of a body,
 * the providers' lists and `api-supported-versions` follow it; test/wire/arm-api-table.test.ts holds it against Azure's own
 * descriptions, and each answer against it.
 */
export interface TypeVersions {
  lifetime: Lifetime
  /** By dotted path: what not every version of the type has. */
  properties: Readonly<Record<string, Lifetime>>
  statuses: Statuses
}

/** Days from which versions have a thing, `from/until` where it was taken away again. A preview also has what stable versions of its day have. */
export interface Lifetime {
  stable?: readonly Period[]
  preview?: readonly Period[]
}
type Day = `${number}-${number}-${number}`
export type Period = Day | `${Day}/${Day}`

/** 202 goes with a place to ask for the end (`Location`). */
export interface Statuses {
  made: 200 | 201
  replaced: 200 | 201
  changed: 200 | 201
  deleted: 200 | 202
  /** What is not there is deleted. */
  absent: 204 | 404
}

export const stable = (...periods: Period[]): Lifetime => ({ stable: periods })
export const preview = (...periods: Period[]): Lifetime => ({ preview: periods })
export const both = (inPreview: Period, inStable: Period): Lifetime => ({ preview: [inPreview], stable: [inStable] })

export const usualStatuses: Statuses = { made: 201, replaced: 200, changed: 200, deleted: 200, absent: 204 }
/** Of types whose clients refuse to have a DELETE answered with 200. */
export const acceptedStatuses: Statuses = { ...usualStatuses, deleted: 202 }

export const versionsFrom = (lifetime: Lifetime, more: Partial<TypeVersions> = {}): TypeVersions => ({
  lifetime,
  properties: {},
  statuses: usualStatuses,
  ...more,
})

/** Whether a version has what has this lifetime. */
export function isAlive({ stable: ofStable = [], preview: ofPreview = [] }: Lifetime, version: ApiVersion): boolean {
  const holds = (period: Period): boolean => {
    const [from = '', until] = period.split('/')
    return from <= version.day && (until === undefined || version.day < until)
  }
  return ofStable.some(holds) || (version.preview && ofPreview.some(holds))
}
