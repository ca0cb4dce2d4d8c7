import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatByteCount, parseByteCount } from './byte-count.ts'

for (const [text, bytes] of [
  ['0', 0],
  ['17', 17],
  ['17B', 17],
  ['1KiB', 1024],
  ['3MiB', 3 * 2 ** 20],
  ['2GiB', 2 * 2 ** 30],
  ['4TiB', 4 * 2 ** 40],
  ['8191TiB', 8191 * 2 ** 40],
  ['8192TiB', undefined],
  ['999999999999999TiB', undefined],
  ['', undefined],
  ['KiB', undefined],
  ['1 KiB', undefined],
  ['1.5KiB', undefined],
  ['-1', undefined],
  ['1kib', undefined],
] as const)
  test(`"${text}" is ${bytes ?? 'no number of bytes'}`, () => assert.equal(parseByteCount(text), bytes))

for (const [bytes, text] of [
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [10 * 1024, '10 KiB'],
  [10.4 * 1024, '10 KiB'],
  [2 ** 20 - 1, '1024 KiB'],
  [2 ** 20, '1 MiB'],
  [2 ** 50, '1024 TiB'],
] as const)
  test(`${bytes} bytes are told as ${text}`, () => assert.equal(formatByteCount(bytes), text))
