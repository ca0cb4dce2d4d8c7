/** Whether `If-None-Match` names this representation (RFC 9110 §13.1.2, weak comparison). */
export const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(',').some((each) => {
    const tag = each.trim().replace(/^W\//, '')
    return tag === `"${etag}"` || tag === etag || tag === '*'
  })
