import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IntlMessageFormat } from 'intl-messageformat'
import { cliCatalogues } from './cli.ts'
import { languages } from './messages.ts'
import { signInCatalogues } from './sign-in.ts'
import { welcomeCatalogues } from './welcome.ts'

const rooms = { cli: cliCatalogues, 'sign-in': signInCatalogues, welcome: welcomeCatalogues }
type Ast = ReturnType<IntlMessageFormat['getAst']>
type Element = Ast[number]

const parsed = (text: string, language: string): Ast => new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).getAst()
/** Elements: 0 text, 1 argument, 6 plural, 7 `#`. */
const isArgument = (each: Element): each is Element & { value: string } => each.type === 1 || each.type === 6
const argumentsOf = (text: string, language: string): string[] => [
  ...new Set(
    parsed(text, language)
      .filter(isArgument)
      .map(({ value, type }) => `${value}:${type}`),
  ),
]
const pluralsOf = (text: string, language: string) => parsed(text, language).flatMap((each) => (each.type === 6 ? [each] : []))

for (const [room, catalogues] of Object.entries(rooms)) {
  const english: Readonly<Record<string, string>> = catalogues.en
  for (const language of languages) {
    const catalogue: Readonly<Record<string, string>> = catalogues[language]
    test(`${room} in ${language}: every sentence of the English one, with the same arguments`, () => {
      assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(english).sort())
      for (const [key, text] of Object.entries(catalogue)) {
        assert.notEqual(text.trim(), '', key)
        assert.deepEqual(argumentsOf(text, language).sort(), argumentsOf(english[key] ?? '', 'en').sort(), key)
      }
    })

    test(`${room} in ${language}: a plural has each form that the language needs, and no argument inside`, () => {
      for (const [key, text] of Object.entries(catalogue))
        for (const { options } of pluralsOf(text, language)) {
          assert.ok(options.one && options.other, `${key}: one and other`)
          for (const { value } of Object.values(options))
            assert.ok(
              value.every(({ type }) => type === 0 || type === 7),
              key,
            )
        }
    })

    test(`${room} in ${language}: no apostrophe is taken for a quotation of the message syntax`, () => {
      for (const [key, text] of Object.entries(catalogue)) assert.doesNotMatch(text, /'[{}']|[{}]'(?=.*')/, key)
    })

    if (language !== 'en')
      test(`${room} in ${language}: no sentence is the English one left behind`, () => {
        const same = Object.entries(catalogue).filter(([key, text]) => text === english[key] && /[a-z]{4,} [a-z]{2,} [a-z]{2,}/.test(text))
        assert.deepEqual(same, [])
      })
  }
}
