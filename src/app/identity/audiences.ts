/** Whom a directory token is for. */
export type Audience = 'arm' | 'graph' | 'registry'

// Anybody can send it, and /\/+$/ would look from each slash of a long run anew.
function withoutSlashes(text: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === '/') end--
  return text.slice(0, end).toLowerCase()
}

const wellKnown: Readonly<Record<string, Audience>> = {
  'https://management.azure.com': 'arm',
  'https://management.core.windows.net': 'arm',
  'https://graph.microsoft.com': 'graph',
  'https://containerregistry.azure.net': 'registry',
  '00000003-0000-0000-c000-000000000000': 'graph',
  '797f4846-ba00-4fd7-ba43-dac1f8f63013': 'arm',
}

/**
 * Which of our services a resource (an `aud`, or a scope without `/.default`) means; undefined for anything else.
 * Azure's own names are taken too, so that programs whose audience is built in work unchanged.
 * @param origin the control origin, `https://host[:port]`
 */
export function audienceOf(resource: string, origin: string): Audience | undefined {
  const text = withoutSlashes(resource)
  const own = withoutSlashes(origin)
  if (text === own) return 'arm'
  if (text === `${own}/graph`) return 'graph'
  return Object.hasOwn(wellKnown, text) ? wellKnown[text] : undefined
}
