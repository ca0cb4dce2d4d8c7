import { preferredLanguage } from '#http/language.ts'
import { type Catalogue, en } from './catalogue/en.ts'
import { es } from './catalogue/es.ts'
import { fr } from './catalogue/fr.ts'

export type Key = keyof Catalogue

export const catalogues = { en, fr, es } as const
export type Language = keyof typeof catalogues

/** The language that a browser likes best among ours. */
export const languageOf = (acceptLanguage: string | undefined): Language => preferredLanguage(acceptLanguage, ['en', 'fr', 'es'])

export type Words = (key: Key, blanks?: Readonly<Record<string, string | number>>) => string

export const wordsIn =
  (language: Language): Words =>
  (key, blanks = {}) =>
    catalogues[language][key].replace(/\{(\w+)\}/g, (_, name: string) => String(blanks[name] ?? ''))
