/** An `api-version` of ARM: a day, and whether it is a preview of it (`2026-09-01-preview`). */
export interface ApiVersion {
  text: string
  /** `YYYY-MM-DD`; versions are in the order of their days. */
  day: string
  preview: boolean
}

const form = /^([0-9]{4})-([0-9]{2})-([0-9]{2})(-preview)?$/i

/** Undefined for a text that is no version or names no day of the calendar. */
export function parseApiVersion(text: string): ApiVersion | undefined {
  const [, year = '', month = '', date = '', preview] = form.exec(text) ?? []
  const day = `${year}-${month}-${date}`
  const time = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(day)) return undefined
  return { text: text.toLowerCase(), day, preview: preview !== undefined }
}
