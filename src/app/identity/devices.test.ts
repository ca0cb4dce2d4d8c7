import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { makeUserCode } from './devices.ts'

test('each letter of a user code is as likely as the others', () => {
  const counts = new Map<string, number>()
  const codes = 4000
  for (let each = 0; each < codes; each++) {
    const code = makeUserCode((bytes) => randomBytes(bytes))
    assert.match(code, /^[BCDFGHJKLMNPQRSTVWXZ]{9}$/)
    for (const letter of code) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  }
  const expected = (codes * 9) / 20
  for (const [letter, count] of counts) assert.ok(Math.abs(count - expected) < 6 * Math.sqrt(expected), `${letter}: ${count}`)
})

test('bytes that would favour some letters are thrown away', () => {
  let calls = 0
  const code = makeUserCode((bytes) => new Uint8Array(bytes).fill(calls++ === 0 ? 240 : 0))
  assert.equal(code, 'BBBBBBBBB')
  assert.equal(calls, 2)
})
