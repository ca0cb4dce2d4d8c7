/**
 * Whether an `Accept` header takes this media type. No header, or an empty one, takes everything (RFC 9110 §12.5.1).
 * Manifests are never converted: this decides only between the stored bytes and a refusal.
 */
export function accepts(header: string | undefined, mediaType: string): boolean {
  if (header === undefined || header === mediaType || header === '*/*' || header.trim() === '') return true
  const own = mediaType.toLowerCase()
  const kind = `${own.split('/', 1)[0]}/*`
  // The most specific range decides, wherever it stands. Old Java clients write `*` for everything.
  const specificity = (type: string) => (type === own ? 3 : type === kind ? 2 : type === '*/*' || type === '*' ? 1 : 0)
  let decided = { by: 0, taken: false }
  for (const range of header.split(',')) {
    const end = range.indexOf(';')
    const by = specificity((end === -1 ? range : range.slice(0, end)).trim().toLowerCase())
    if (by === 0 || by < decided.by) continue
    const taken = end === -1 || !/;\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)/i.test(range)
    decided = { by, taken: taken || (by === decided.by && decided.taken) }
  }
  return decided.taken
}
