import assert from 'node:assert/strict'
import { BlockList } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { isAdmitted, openToAll, parseNetwork } from './network-rules.ts'

const denying = (...allowed: string[]) => ({ publicAccess: true, defaultAction: 'Deny' as const, allowed })

test('without rules everybody comes in; without public access nobody does', () => {
  for (const address of ['203.0.113.5', '2001:db8::1', '127.0.0.1']) {
    assert.ok(isAdmitted(openToAll, address))
    assert.ok(!isAdmitted({ ...openToAll, publicAccess: false, allowed: ['0.0.0.0/0', '::/0'] }, address))
    assert.ok(!isAdmitted(denying(), address))
  }
})

for (const [rule, inside, outside] of [
  ['203.0.113.5', ['203.0.113.5'], ['203.0.113.4', '2001:db8::1']],
  ['203.0.113.0/24', ['203.0.113.0', '203.0.113.255'], ['203.0.114.0', '202.255.255.255']],
  ['203.0.113.77/24', ['203.0.113.1'], ['203.0.112.1']],
  ['0.0.0.0/0', ['1.2.3.4'], ['2001:db8::1']],
  ['2001:db8::/32', ['2001:db8::1', '2001:db8:ffff::'], ['2001:db9::1', '203.0.113.1']],
  ['2001:DB8::1', ['2001:db8:0:0::1'], ['2001:db8::2']],
] as const)
  test(`the rule ${rule} lets in ${inside.join(', ')} and not ${outside.join(', ')}`, () => {
    for (const address of inside) assert.ok(isAdmitted(denying('198.51.100.1', rule), address), address)
    for (const address of outside) assert.ok(!isAdmitted(denying('198.51.100.1', rule), address), address)
  })

test('what is no address is let in by no rule', () => {
  for (const address of ['', 'localhost', '203.0.113', '203.0.113.5 ', '::g']) assert.ok(!isAdmitted(denying('0.0.0.0/0', '::/0'), address))
})

test('what is no network is none', () => {
  for (const text of [
    '',
    'x',
    '1.2.3',
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/8/8',
    '1.2.3.4/-1',
    '::/129',
    'fe80::1%eth0',
    '1.2.3.4/0x8',
    '*',
  ])
    assert.equal(parseNetwork(text), undefined, text)
})

test('what is inside a network is what Node finds there', () => {
  const near = (address: string) =>
    fc.constantFrom(address, '0.0.0.0', '10.0.0.1', '10.0.1.1', '::1', '::ffff:10.0.0.1', '2001:db8::1', '2001:db8:1::1')
  const addresses = fc.oneof(fc.ipV4(), fc.ipV6()).chain(near)
  fc.assert(
    fc.property(addresses, fc.nat(128), addresses, (network, length, address) => {
      const [family, prefix] = network.includes(':') ? (['ipv6', length] as const) : (['ipv4', length % 33] as const)
      const list = new BlockList()
      list.addSubnet(network, prefix, family)
      const expected = list.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
      assert.equal(isAdmitted(denying(`${network}/${prefix}`), address), expected, `${address} in ${network}/${prefix}`)
    }),
    { numRuns: 3000 },
  )
})
