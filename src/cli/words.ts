import { cliSpeakers, type CliKey, type CliWords } from '#words/cli.ts'
import { type Language, languages, type Values } from '#words/messages.ts'

export type Key = CliKey
/** Says a sentence of the catalogue in the person's language. */
export type Words = CliWords

/** @param locale as the environment has it: `fr_CA.UTF-8`; an unknown one speaks English */
export function wordsFor(locale: string, called: Called = { program: 'longshore', place: '' }): Words {
  const { say } = cliSpeakers[languageOf(locale)]
  const words: Words = (key, ...values) => asCalled(say(key, ...values), called)
  return words
}

/** The same for a sentence that comes as data: the reason of a refusal, a finding of the doctor. */
export const tell = (locale: string, called: Called, key: Key, values: Values): string =>
  asCalled(cliSpeakers[languageOf(locale)].tell(key, values), called)

/** What the person types to call us, and ` --data-dir …` where it was given: a line that we tell must find the same folder. */
export interface Called {
  program: string
  place: string
}

/** A command that a sentence quotes, in the words that work here. */
export const asCalled = (sentence: string, { program, place }: Called): string =>
  sentence.replace(/(["«]\s?)longshore ([^"»|]*?)(?=\s?["»|])/g, (_, mark: string, words: string) => `${mark}${program} ${words}${place}`)

const languageOf = (locale: string): Language => languages.find((each) => each === locale.slice(0, 2).toLowerCase()) ?? 'en'
