import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasSeveralHosts, keptByHost, portOf } from './hosts.ts'

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

test('a request with two Host headers is seen, whatever their case and wherever they stand', () => {
  for (const headers of [[], ['Host', 'a'], ['Accept', 'host', 'X-Host', 'b', 'host', 'c'], ['Hosts', 'a', 'Host', 'host']])
    assert.equal(hasSeveralHosts(headers), false, headers.join())
  for (const headers of [
    ['Host', 'a', 'host', 'b'],
    ['HOST', 'a', 'Accept', '*/*', 'hOST', 'a'],
  ])
    assert.equal(hasSeveralHosts(headers), true, headers.join())
})

test('the port of a host is what was written of it', () => {
  const ports = { 'a.example': '', 'a.example:5000': ':5000', '[::1]': '', '[::1]:80': ':80', 'a:': '', 'a:123456': '' }
  for (const [host, port] of Object.entries(ports)) assert.equal(portOf(host), port, host)
})
