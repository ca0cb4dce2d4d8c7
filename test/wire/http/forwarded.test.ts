import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type DataScene, openData } from '../../world/data-endpoint.ts'
import { openDoor } from '../../world/door.ts'
import { header, json, send } from '../../world/send.ts'

const proxies = ['127.0.0.1', '10.0.0.0/24', '2001:db8:1::/48']

let closed: DataScene
before(async () => {
  closed = await openData({ proxies })
  await closed.change({ publicNetworkAccess: 'Disabled' })
})
after(() => closed.stop())

/** The address that counts, as the refusal of a closed registry names it. */
async function addressOf(seen: string): Promise<string | undefined> {
  const answer = await send(closed.door, 'GET', '/v2/', { headers: { 'x-forwarded-for': seen } })
  assert.equal(answer.status, 403)
  return /client with IP '([^']*)'/.exec(json<{ errors: { message: string }[] }>(answer).errors[0]?.message ?? '')?.[1]
}

for (const [what, seen, address] of [
  ['of one proxy, what it added', '192.0.2.1', '192.0.2.1'],
  ['of one proxy, what it added and not what its client did', '198.51.100.9, 192.0.2.1', '192.0.2.1'],
  ['of several, what the outermost added', '192.0.2.1, 10.0.0.7, 10.0.0.8', '192.0.2.1'],
  ['of several, not what the client of the outermost did', '198.51.100.9, 192.0.2.1, 10.0.0.7', '192.0.2.1'],
  ['of who is a proxy, its own', '10.0.0.7', '10.0.0.7'],
  ["with a port, as Azure's Application Gateway writes it", '192.0.2.1:51324', '192.0.2.1'],
  ['with a port at every hop', '192.0.2.1:51324, 10.0.0.7:443', '192.0.2.1'],
  ['IPv6', '2001:db8:2::1, 2001:db8:1::7', '2001:db8:2::1'],
  ['IPv6 with a port', '[2001:db8:2::1]:51324', '2001:db8:2::1'],
  ['IPv4 as IPv6', '::ffff:192.0.2.1', '192.0.2.1'],
  ['of who a proxy does not name', 'hidden, 10.0.0.7', 'unknown'],
  ['of nobody', '', '127.0.0.1'],
] as const)
  test(`the address ${what}`, async () => assert.equal(await addressOf(seen), address))

test('how the client asked is what the outermost trusted proxy says, or else the public URL', async () => {
  const door = await openDoor({
    proxies,
    names: ['registry.example', 'inner.example'],
    flags: { publicUrl: 'https://registry.example', domain: 'registry.example' },
  })
  const realm = async (headers: Record<string, string>) => {
    const answer = await send(door, 'GET', '/v2/', { as: 'nobody', headers })
    return /realm="([^"]+)\/oauth2\/token"/.exec(header(answer, 'www-authenticate'))?.[1]
  }
  try {
    const chain = { host: 'inner.example', 'x-forwarded-for': '192.0.2.1, 10.0.0.7' }
    for (const [headers, expected] of [
      [
        { ...chain, 'x-forwarded-proto': 'https, http', 'x-forwarded-host': 'registry.example:8443, inner.example' },
        'https://registry.example:8443',
      ],
      // What the client wrote itself does not count.
      [
        { ...chain, 'x-forwarded-proto': 'http, https, http', 'x-forwarded-host': 'evil.example, registry.example, inner.example' },
        'https://registry.example',
      ],
      [{ ...chain, 'x-forwarded-proto': 'HTTPS', 'x-forwarded-host': 'registry.example:8443' }, 'https://registry.example:8443'],
      [{ host: 'registry.example', 'x-forwarded-proto': 'http' }, 'http://registry.example'],
      [{ host: 'registry.example' }, 'https://registry.example'],
      [{ host: 'local.registry.example' }, 'https://local.registry.example'],
      [{ host: 'inner.example' }, 'http://inner.example'],
      [{ host: 'registry.example:8080' }, 'http://registry.example:8080'],
    ] as const)
      assert.equal(await realm(headers), expected, JSON.stringify(headers))
  } finally {
    await door.stop()
  }
})
