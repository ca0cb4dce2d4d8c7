import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalReasons } from '#core/refusal.ts'
import { settings } from '#main/settings.ts'
import { cliCatalogues, type CliKey } from '#words/cli.ts'
import { runCli } from '../world/cli-run.ts'

const { en, fr, es } = cliCatalogues
const keys = Object.keys(en) as CliKey[]

for (const [language, catalogue] of Object.entries(cliCatalogues))
  test(`the examples in ${language} are those of English, to the letter`, () => {
    const examples = (text: string) => text.split('\n').flatMap((line) => /^ {2}(longshore\b.*?)(?: {3}.*)?$/.exec(line)?.[1] ?? [])
    for (const key of keys) assert.deepEqual(examples(catalogue[key]), examples(en[key]), key)
  })

test('every setting that is not hidden and every refusal has a sentence', () => {
  for (const [name, setting] of Object.entries(settings))
    if (name !== 'dataDir' && !('hidden' in setting)) assert.ok(`setting.${name}` in en, name)
  for (const reason of refusalReasons) assert.ok(`refusal.${reason}` in en, reason)
})

test('the language follows LC_ALL, then LC_MESSAGES, then LANG, and is English for a language without a catalogue', async () => {
  const summary = async (env: Record<string, string>) => (await runCli(['usage', '--help'], env)).out.split('\n')[2]
  assert.equal(await summary({ LANG: 'fr_FR.UTF-8' }), fr['usage.summary'])
  assert.equal(await summary({ LANG: 'fr_FR.UTF-8', LC_MESSAGES: 'es_MX.UTF-8' }), es['usage.summary'])
  assert.equal(await summary({ LANG: 'fr_FR.UTF-8', LC_MESSAGES: 'es_MX', LC_ALL: 'C' }), en['usage.summary'])
  assert.equal(await summary({ LANG: 'ja_JP.UTF-8' }), en['usage.summary'])
})
