// How a machine is asked over TLS: what is wrong with a certificate is told, and does not keep the answer away.
import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { get, greet } from '#adapters/system/machine-network.ts'
import { makeAuthority, makeLeaf } from '#adapters/x509/issue.ts'

const day = 24 * 60 * 60 * 1000
const now = Math.floor(Date.now() / 1000) * 1000
const names = ['one.example', '127.0.0.1']
const authority = await makeAuthority(names, now)
const asked: string[] = []
const serve = async (at: number) => {
  const pair = await makeLeaf(authority.cert, authority.key, names, at)
  const SNICallback = (name: string, done: (error: Error | null) => void) => (asked.push(name), done(null))
  const server = createServer({ ...pair, SNICallback }, (_, response) => response.end('told'))
  server.on('tlsClientError', () => {})
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  after(() => server.close())
  return (server.address() as AddressInfo).port
}
const [port, ended] = [await serve(now), await serve(now - 391 * day)]

test('a certificate is judged for the name that is asked for, by the authority that is given', async () => {
  const met = async (target: { port?: number; name?: string }, ca: string | undefined = authority.cert) => {
    const greeting = await greet({ host: '127.0.0.1', port, ...target }, ca)
    assert.ok(greeting.met)
    return greeting
  }
  assert.deepEqual(await met({ name: 'one.example' }), { met: true, mistrust: undefined, notBefore: now - day, notAfter: now + 390 * day })
  assert.equal((await met({})).mistrust, undefined)
  assert.deepEqual(asked, ['one.example'], 'an address is no server name')
  assert.equal((await met({ name: 'two.example' })).mistrust, 'ERR_TLS_CERT_ALTNAME_INVALID')
  assert.match((await met({ name: 'one.example' }, (await makeAuthority(names, now)).cert)).mistrust ?? '', /SIGNATURE|UNABLE/)
  assert.equal((await met({ name: 'one.example', port: ended })).mistrust, 'CERT_HAS_EXPIRED')
  assert.deepEqual(await greet({ host: '127.0.0.1', port: 1 }, undefined), { met: false, reason: 'ECONNREFUSED' })
})

test('what is asked for is told whoever signed', async () => {
  for (const each of [port, ended]) {
    const got = await get(`https://127.0.0.1:${each}/`)
    assert.deepEqual([got.met, got.met && got.body], [true, 'told'])
  }
})
