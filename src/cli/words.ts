import { type Catalogue, en } from './catalogue/en.ts'
import { es } from './catalogue/es.ts'
import { fr } from './catalogue/fr.ts'

export type Key = keyof Catalogue

type Blanks<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Blanks<Rest> : never
type Values<Name extends Key> = [Blanks<(typeof en)[Name]>] extends [never]
  ? []
  : [values: Readonly<Record<Blanks<(typeof en)[Name]>, string | number>>]

/** Says a sentence of the catalogue in the person's language. */
export type Words = <Name extends Key>(key: Name, ...values: Values<Name>) => string

export const catalogues: Readonly<Record<string, Catalogue>> = { en, fr, es }

/**
 * @param locale as the environment has it: `fr_CA.UTF-8`; an unknown one speaks English
 */
export function wordsFor(locale: string, called: Called = { program: 'longshore', place: '' }): Words {
  const catalogue = catalogueFor(locale)
  return (key, ...values) => asCalled(fill(catalogue[key], values[0] ?? {}), called)
}

/** What the person types to call us, and ` --data-dir …` where it was given: a line that we tell must find the same folder. */
export interface Called {
  program: string
  place: string
}

/** A command that a sentence quotes, in the words that work here. */
export const asCalled = (sentence: string, { program, place }: Called): string =>
  sentence.replace(/(["«]\s?)longshore ([^"»|]*?)(?=\s?["»|])/g, (_, mark: string, words: string) => `${mark}${program} ${words}${place}`)

export const catalogueFor = (locale: string): Catalogue => catalogues[locale.slice(0, 2).toLowerCase()] ?? en

/** `{name}` stands for a value. */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{([a-zA-Z]+)\}/g, (blank, name: string) => String(values[name] ?? blank))
