import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keptByHost } from './hosts.ts'

test('what a host means is judged once, but not kept for what is too long to be one', () => {
  const judged: string[] = []
  const of = keptByHost((host) => {
    judged.push(host)
    return host.startsWith('known')
  })
  const long = `known${'x'.repeat(60_000)}`
  for (const host of ['known.example:5000', 'other', 'known.example:5000', 'other', long, long]) of(host)
  assert.deepEqual(judged, ['known.example:5000', 'other', long, long])
})
