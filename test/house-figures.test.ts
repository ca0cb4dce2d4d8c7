import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const lengths = globSync(['src/**/*.ts', 'test/**/*.ts', 'tools/**/*.ts', 'bench/**/*.ts'])
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .sort((a, b) => a.lines - b.lines)

test('half of the files have at most 100 lines, nine in ten at most 300, none more than 400', () => {
  assert.ok((lengths[Math.floor(lengths.length / 2)]?.lines ?? 0) <= 100)
  assert.ok((lengths[Math.floor(lengths.length * 0.9)]?.lines ?? 0) <= 300)
  const long = lengths.filter(({ lines }) => lines > 400).map(({ file }) => file)
  assert.deepEqual(long, [])
})

test('a source that is no test has at most 310 lines', () => {
  const long = lengths.filter(({ file, lines }) => file.startsWith('src/') && !/\.(?:test|contract)\.ts$/.test(file) && lines > 310)
  assert.deepEqual(long, [])
})
