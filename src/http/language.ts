/** The language that a browser likes best among those that there are (RFC 9110 §12.5.4); the first one when it names none of them. */
export function preferredLanguage<Language extends string>(
  acceptLanguage: string | undefined,
  languages: readonly [Language, ...Language[]],
): Language {
  let best: { language: Language; weight: number } = { language: languages[0], weight: 0 }
  for (const part of (acceptLanguage ?? '').slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = part.split(';').map((each) => each.trim())
    const language = languages.find((each) => each === tag.toLowerCase().split('-')[0])
    const quality = parameters.find((each) => /^q=/i.test(each))?.slice(2)
    const weight = quality === undefined ? 1 : Number(quality)
    if (language !== undefined && weight > best.weight) best = { language, weight }
  }
  return best.language
}
