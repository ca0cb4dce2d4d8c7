import assert from 'node:assert/strict'
import { test } from 'node:test'
import { en } from '#cli/catalogue/en.ts'
import { type Key, catalogues } from '#cli/words.ts'
import { refusalReasons } from '#core/refusal.ts'
import { settings } from '#main/settings.ts'
import { runCli } from './cli-run.ts'

const blanks = (text: string): string[] => [...text.matchAll(/\{[a-zA-Z]+\}/g)].map(([blank]) => blank).sort()
const keys = Object.keys(en) as Key[]

for (const [language, catalogue] of Object.entries(catalogues)) {
  test(`the catalogue in ${language} has every sentence, with the same blanks as the English one`, () => {
    assert.deepEqual(Object.keys(catalogue).sort(), [...keys].sort())
    for (const key of keys) {
      assert.notEqual(catalogue[key].trim(), '', key)
      assert.deepEqual(blanks(catalogue[key]), blanks(en[key]), key)
    }
  })
  test(`the examples in ${language} are those of English, to the letter`, () => {
    const examples = (text: string) => text.split('\n').flatMap((line) => /^ {2}(longshore\b.*?)(?: {3}.*)?$/.exec(line)?.[1] ?? [])
    for (const key of keys) assert.deepEqual(examples(catalogue[key]), examples(en[key]), key)
  })
}

test('a translated sentence is not the English one left behind', () => {
  for (const [language, catalogue] of Object.entries(catalogues)) {
    if (language === 'en') continue
    const same = keys.filter((key) => catalogue[key] === en[key] && /[a-z]{4,} [a-z]{2,} [a-z]{2,}/.test(en[key]))
    assert.deepEqual(same, [], language)
  }
})

test('every setting that is not hidden and every refusal has a sentence', () => {
  for (const [name, setting] of Object.entries(settings))
    if (name !== 'dataDir' && !('hidden' in setting)) assert.ok(`setting.${name}` in en, name)
  for (const reason of refusalReasons) assert.ok(`refusal.${reason}` in en, reason)
})

test('the language follows LC_ALL, then LC_MESSAGES, then LANG, and is English for a language without a catalogue', async () => {
  const summary = async (env: Record<string, string>) => (await runCli(['usage', '--help'], env)).out.split('\n')[2]
  assert.equal(await summary({ LANG: 'fr_FR.UTF-8' }), catalogues.fr?.['usage.summary'])
  assert.equal(await summary({ LANG: 'fr_FR.UTF-8', LC_MESSAGES: 'es_MX.UTF-8' }), catalogues.es?.['usage.summary'])
  assert.equal(await summary({ LANG: 'fr_FR.UTF-8', LC_MESSAGES: 'es_MX', LC_ALL: 'C' }), en['usage.summary'])
  assert.equal(await summary({ LANG: 'ja_JP.UTF-8' }), en['usage.summary'])
})
