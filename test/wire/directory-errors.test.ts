import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { wire } from '#surfaces/graph/errors.ts'

/** The rows of one section's table in docs/errors.md: status and code. */
function documented(section: string): string[] {
  const [, text = ''] = readFileSync('docs/errors.md', 'utf8').split(`\n## ${section}\n`)
  const rows = (text.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \| (\d{3}) \| (.+) \| (.+) \|$/gm)
  return [...rows].map(([, code = '', status = '', when = '', remedy = '']) => {
    assert.ok(when.length > 10 && remedy.length > 5, `${code}: when it happens and what to do`)
    return `${status} ${code}`
  })
}

test('docs/errors.md lists each status and code of Graph once', () => {
  const told = [...new Set(Object.values(wire).map(([status, code]) => `${status} ${code}`))]
  assert.deepEqual(documented('Of the directory (Microsoft Graph)').sort(), told.sort())
})
