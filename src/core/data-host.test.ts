import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDataHost, parseDataHost } from './data-host.ts'

test('a data endpoint has its registry and its location in its name', () => {
  for (const host of [
    { registry: 'contoso', location: 'westeurope' },
    { registry: 'data', location: 'data' },
    { registry: 'local', location: 'rack-2' },
  ])
    assert.deepEqual(parseDataHost(formatDataHost(host, 'longshore.localhost'), 'longshore.localhost'), host)
})

test('any other name is none', () => {
  for (const name of [
    '',
    'data.longshore.localhost',
    '.data.longshore.localhost',
    'contoso.data.longshore.localhost',
    '.westeurope.data.longshore.localhost',
    'contoso..data.longshore.localhost',
    'a.contoso.westeurope.data.longshore.localhost',
    'contoso.9west.data.longshore.localhost',
    'contoso.westeurope.data.longshore.localhost.evil.example',
    'contoso.westeurope.data.evil.example',
    'contoso.westeurope.longshore.localhost',
    'contoso.westeuropedata.longshore.localhost',
  ])
    assert.equal(parseDataHost(name, 'longshore.localhost'), undefined, name)
})
