import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ipv6Words } from './ip-address.ts'

for (const [address, words] of [
  ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
  ['::1', [0, 0, 0, 0, 0, 0, 0, 1]],
  ['2001:db8::2', [0x2001, 0xdb8, 0, 0, 0, 0, 0, 2]],
  ['fe80::1%eth0', [0xfe80, 0, 0, 0, 0, 0, 0, 1]],
  ['1:2:3:4:5:6:7:8', [1, 2, 3, 4, 5, 6, 7, 8]],
  ['::ffff:10.0.0.1', [0, 0, 0, 0, 0, 0xffff, 0x0a00, 1]],
] as const)
  test(`the words of ${address}`, () => assert.deepEqual(ipv6Words(address), words))
