import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { ipv6Words, ipVersion } from './ip-address.ts'

for (const [address, words] of [
  ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
  ['::1', [0, 0, 0, 0, 0, 0, 0, 1]],
  ['2001:db8::2', [0x2001, 0xdb8, 0, 0, 0, 0, 0, 2]],
  ['fe80::1%eth0', [0xfe80, 0, 0, 0, 0, 0, 0, 1]],
  ['1:2:3:4:5:6:7:8', [1, 2, 3, 4, 5, 6, 7, 8]],
  ['::ffff:10.0.0.1', [0, 0, 0, 0, 0, 0xffff, 0x0a00, 1]],
] as const)
  test(`the words of ${address}`, () => assert.deepEqual(ipv6Words(address), words))

const spellings = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4Extended(),
  fc.ipV4().map((each) => `::ffff:${each}`),
  fc.tuple(fc.ipV6(), fc.constantFrom('%eth0', '%', '%1', ' ', ':', '::', '.1')).map((parts) => parts.join('')),
  fc.string({ unit: fc.constantFrom(...'0125af:.%'), maxLength: 20 }),
)

test('an address is what Node takes for one', () => {
  fc.assert(
    fc.property(spellings, (text) => assert.equal(ipVersion(text), isIP(text), text)),
    { numRuns: 3000 },
  )
})
