import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { failures } from '#core/registry-error.ts'
import { wire } from '#surfaces/distribution/errors.ts'

interface Entry {
  failure: string
  status: number
  code: string
}

/** The rows of the table in docs/errors.md. */
function documented(): Entry[] {
  const rows = readFileSync('docs/errors.md', 'utf8').matchAll(
    /^\| `([a-z-]+)` \| (\d{3}) \| `([A-Z_]+|FeatureNotAvailable)` \| (.+) \| (.+) \|$/gm,
  )
  return [...rows].map(([, failure = '', status = '', code = '', when = '', remedy = '']) => {
    assert.ok(when.length > 10 && remedy.length > 5, `${failure}: when it happens and what to do`)
    return { failure, status: Number(status), code }
  })
}

test('docs/errors.md lists each failure once, with the status and the code that the wire has', () => {
  const entries = documented()
  assert.deepEqual(entries.map((each) => each.failure).sort(), [...failures].sort())
  for (const { failure, status, code } of entries) assert.deepEqual([status, code], [...wire[failure as keyof typeof wire]], failure)
})

test('each failure has a status of its class: who may try again gets 429 or 503, who may not gets another', () => {
  for (const failure of failures) {
    const [status, code] = wire[failure]
    assert.ok(status >= 400 && status < 600 && ![500, 502, 504].includes(status), failure)
    assert.match(code, /^(?:[A-Z_]+|FeatureNotAvailable)$/)
  }
})
