import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCurrent } from './kept-cloud.ts'
import { clientVariables } from './variables.ts'

const origins = { control: 'https://control.ls.localhost:5443', domain: 'ls.localhost:5443' }

test('a cloud that az kept is ours when each of its addresses is, and nothing else is kept', () => {
  const endpoints = {
    resource_manager: origins.control,
    active_directory: `${origins.control}/adfs`,
    microsoft_graph_resource_id: `${origins.control}/graph`,
  }
  const ours = { name: 'Longshore', endpoints, suffixes: { acr_login_server_endpoint: '.ls.localhost:5443' } }
  assert.equal(isCurrent({ clouds: [ours] }, origins), true)
  const others = [
    ...Object.keys(endpoints).map((name) => ({ ...ours, endpoints: { ...endpoints, [name]: 'https://other' } })),
    { ...ours, name: 'AzureCloud' },
    { ...ours, suffixes: { acr_login_server_endpoint: '.other' } },
    { ...ours, suffixes: undefined },
    { ...ours, endpoints: undefined },
  ]
  for (const other of others) assert.equal(isCurrent({ clouds: [other] }, origins), false, JSON.stringify(other))
  for (const kept of [undefined, null, {}, { clouds: [] }, { clouds: {} }, { clouds: [ours, ours] }])
    assert.equal(isCurrent(kept, origins), false)
})

test('what clients read from the environment, with what it has already', () => {
  const variables = (own: Record<string, string>, trust?: { ca: string; bundle: string }) =>
    Object.fromEntries(clientVariables(origins, { own, trust, configDir: '/az' }))
  const plain = {
    ARM_CLOUD_METADATA_URL: `${origins.control}/metadata/endpoints?api-version=2019-05-01`,
    AZURE_CORE_INSTANCE_DISCOVERY: 'false',
    AZURE_CORE_COLLECT_TELEMETRY: '0',
    AZURE_AUTHORITY_HOST: origins.control,
    AZURE_CONFIG_DIR: '/az',
  }
  assert.deepEqual(variables({}), plain)
  const { AZURE_CONFIG_DIR: _, ...withOwnProfile } = plain
  assert.deepEqual(variables({ AZURE_CONFIG_DIR: '/mine' }), withOwnProfile)
  assert.deepEqual(variables({ AZURE_CONFIG_DIR: '' }), plain)
  const trusted = { REQUESTS_CA_BUNDLE: '/bundle', SSL_CERT_FILE: '/bundle', NODE_EXTRA_CA_CERTS: '/ca' }
  assert.deepEqual(variables({}, { ca: '/ca', bundle: '/bundle' }), { ...plain, ...trusted })
  const past = (own: Record<string, string>) => {
    const { NO_PROXY: upper, no_proxy: lower } = variables(own)
    assert.equal(upper, lower)
    return upper
  }
  assert.equal(past({ HTTPS_PROXY: 'p' }), 'control.ls.localhost,ls.localhost')
  assert.equal(past({ http_proxy: 'p', NO_PROXY: 'x,,y' }), 'x,y,control.ls.localhost,ls.localhost')
  assert.equal(past({ HTTPS_PROXY: 'p', NO_PROXY: 'control.ls.localhost' }), 'control.ls.localhost,ls.localhost')
  assert.equal(past({ HTTPS_PROXY: 'p', NO_PROXY: 'ls.localhost' }), undefined)
  assert.equal(past({ NO_PROXY: 'x' }), undefined)
})
