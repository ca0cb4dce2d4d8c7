import { IntlMessageFormat } from 'intl-messageformat'

export const languages = ['en', 'fr', 'es'] as const
export type Language = (typeof languages)[number]

/** The sentences of the English catalogue in another language: one that is missing does not compile. */
export type Translation<English> = { readonly [Key in keyof English]: string }

export type Values = Readonly<Record<string, string | number>>

type NameOf<Argument> = Argument extends `${infer Name}, plural${string}`
  ? Name
  : Argument extends `${string} ${string}` | `${string}#${string}`
    ? never
    : Argument
/** The names in braces. The forms of a plural have none of their own (a test reads every catalogue). */
type Arguments<Text> = Text extends `${string}{${infer Argument}}${infer Rest}` ? NameOf<Argument> | Arguments<Rest> : never
type ValuesOf<Text> = [Arguments<Text>] extends [never] ? [] : [values: Readonly<Record<Arguments<Text>, string | number>>]

/** Says a sentence of a catalogue in one language; a value that is missing does not compile. */
export type Say<English> = <Key extends keyof English>(key: Key, ...values: ValuesOf<English[Key]>) => string

export interface Speaker<English> {
  say: Say<English>
  /** The same for a key that comes with its values as data: an argument without a value stays as it is written. */
  tell: (key: keyof English, values: Values) => string
}

/**
 * Texts are ICU messages: `{name}` is a value, `{count, plural, one {# file} other {# files}}` follows the rules of the language.
 * A text is parsed when it is first said, and one without braces never.
 */
export function speaker<English>(language: Language, catalogue: Translation<English>): Speaker<English> {
  const parsed = new Map<keyof English, IntlMessageFormat>()
  const messageOf = (key: keyof English, text: string): IntlMessageFormat => {
    const message = parsed.get(key) ?? new IntlMessageFormat(text, language, undefined, { ignoreTag: true })
    parsed.set(key, message)
    return message
  }
  const tell = (key: keyof English, values: Values): string => {
    const text = catalogue[key]
    if (!text.includes('{')) return text
    const message = messageOf(key, text)
    return String(message.format({ ...asWritten(message), ...values }))
  }
  return { say: (key, ...values) => tell(key, (values as readonly Values[])[0] ?? {}), tell }
}

export const speakers = <English>(
  catalogues: Readonly<Record<Language, Translation<English>>>,
): Readonly<Record<Language, Speaker<English>>> => ({
  en: speaker('en', catalogues.en),
  fr: speaker('fr', catalogues.fr),
  es: speaker('es', catalogues.es),
})

const asWritten = (message: IntlMessageFormat): Values =>
  Object.fromEntries(message.getAst().flatMap((each) => ('value' in each && each.type !== 0 ? [[each.value, `{${each.value}}`]] : [])))
