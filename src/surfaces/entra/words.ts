import { en } from './catalogue/en.ts'
import { es } from './catalogue/es.ts'
import { fr } from './catalogue/fr.ts'

export type Key = keyof typeof en
export type Catalogue = Readonly<Record<Key, string>>

export const catalogues = { en, fr, es } as const
export type Language = keyof typeof catalogues

/** The language that a browser likes best among ours (RFC 9110 §12.5.4); English when it names none of them. */
export function languageOf(acceptLanguage: string | undefined): Language {
  let best: { language: Language; weight: number } = { language: 'en', weight: 0 }
  for (const part of (acceptLanguage ?? '').slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = part.split(';').map((each) => each.trim())
    const language = tag.toLowerCase().split('-')[0] ?? ''
    const quality = parameters.find((each) => /^q=/i.test(each))?.slice(2)
    const weight = quality === undefined ? 1 : Number(quality)
    if (isLanguage(language) && weight > best.weight) best = { language, weight }
  }
  return best.language
}

const isLanguage = (text: string): text is Language => Object.hasOwn(catalogues, text)

export type Words = (key: Key, blanks?: Readonly<Record<string, string | number>>) => string

export const wordsIn =
  (language: Language): Words =>
  (key, blanks = {}) =>
    catalogues[language][key].replace(/\{(\w+)\}/g, (_, name: string) => String(blanks[name] ?? ''))
