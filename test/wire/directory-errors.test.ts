import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { faults, refusals } from '#surfaces/entra/errors.ts'
import { wire } from '#surfaces/graph/errors.ts'

/** The rows of one section's table in docs/errors.md: status, code and, where there is one, OAuth's error. */
function documented(section: string): string[] {
  const [, text = ''] = readFileSync('docs/errors.md', 'utf8').split(`\n## ${section}\n`)
  const rows = (text.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \| (\d{3}) \| (?:`(\w+)` \| )?(.+) \| (.+) \|$/gm)
  return [...rows].map(([, code = '', status = '', error, when = '', remedy = '']) => {
    assert.ok(when.length > 10 && remedy.length > 3, `${code}: when it happens and what to do`)
    return [status, code, ...(error === undefined ? [] : [error])].join(' ')
  })
}

test('docs/errors.md lists each status and code of Graph once', () => {
  const told = [...new Set(Object.values(wire).map(([status, code]) => `${status} ${code}`))]
  assert.deepEqual(documented('Of the directory (Microsoft Graph)').sort(), told.sort())
})

test('docs/errors.md lists each status, number and error of a sign-in once', () => {
  const all = [...Object.values(refusals), ...Object.values(faults)]
  const told = [...new Set(all.map(({ status, code, error }) => `${status} AADSTS${code} ${error}`))]
  assert.deepEqual(documented('Of a sign-in').sort(), told.sort())
})
