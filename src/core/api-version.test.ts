import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseApiVersion } from './api-version.ts'

for (const text of ['2017-03-01', '2026-09-01-preview', '2024-02-29', '2025-11-01-PREVIEW'])
  test(`${text} is a version`, () => {
    const version = parseApiVersion(text)
    assert.equal(version?.text, text.toLowerCase())
    assert.equal(version?.preview, /preview/i.test(text))
  })

for (const text of [
  '',
  'latest',
  '2026-02-30',
  '2025-02-29',
  '2026-13-01',
  '2026-1-1',
  '20260101',
  '2026-01-01-beta',
  ' 2026-01-01',
  '2026-01-01\n',
])
  test(`${JSON.stringify(text)} is none`, () => assert.equal(parseApiVersion(text), undefined))
