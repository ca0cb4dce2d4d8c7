import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preferredLanguage } from './language.ts'

for (const [accepted, language] of [
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'en'],
  ['fr', 'fr'],
  ['fr-CA', 'fr'],
  ['FR', 'fr'],
  ['es;q=0.5, fr;q=0.4', 'es'],
  ['es;q=0.4, fr;q=0.5', 'fr'],
  ['es, fr', 'es'],
  ['fr;q=0', 'en'],
  ['es;level=1;q=0.1, fr;q=0.05', 'es'],
  ['fr;q=x', 'en'],
  [`${'x,'.repeat(250)}fr`, 'en'],
] as const)
  test(`who accepts ${String(accepted).slice(0, 40)} reads ${language}`, () =>
    assert.equal(preferredLanguage(accepted, ['en', 'fr', 'es']), language))
