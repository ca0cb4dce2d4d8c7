import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Answer, header, json, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

let server: Server
let control: string
before(async () => {
  server = await Server.start({ https: '127.0.0.1:0', domain: 'acr.example.test' })
  control = `https://localhost:${server.started.https?.port}`
})
after(() => server.stop())

const read = (path: string, method = 'GET'): Promise<Answer> => send(server, method, path, { as: 'nobody' })
const told = async (version: string, path = '/metadata/endpoints'): Promise<unknown> => {
  const answer = await read(`${path}?api-version=${version}`)
  assert.equal(answer.status, 200, answer.body.toString())
  assert.match(header(answer, 'content-type'), /^application\/json/)
  return json(answer)
}

/** The keys that az 2.91 reads without a default, and those without which Terraform and `az role` do not start. */
const cloud = (loginEndpoint: string) => {
  const domain = `acr.example.test:${new URL(control).port}`
  return {
    name: 'Longshore',
    portal: control,
    resourceManager: control,
    authentication: { loginEndpoint, audiences: [control], tenant: 'common', identityProvider: 'AAD' },
    graph: `${control}/graph`,
    graphAudience: `${control}/graph`,
    microsoftGraphResourceId: `${control}/graph`,
    suffixes: { acrLoginServer: domain, storage: domain, keyVaultDns: `vault.${domain}`, sqlServerHostname: `sql.${domain}` },
  }
}

test('2019-05-01 is a list of clouds, with the authority in the shape of AD FS', async () => {
  assert.deepEqual(await told('2019-05-01'), [cloud(`${control}/adfs`)])
})

test('2022-09-01 is one cloud, with the root of the authority', async () => {
  assert.deepEqual(await told('2022-09-01'), cloud(control))
})

test('2015-01-01 is what az 2.45 reads', async () => {
  assert.deepEqual(await told('2015-01-01'), {
    galleryEndpoint: control,
    graphEndpoint: `${control}/graph`,
    portalEndpoint: control,
    authentication: { loginEndpoint: `${control}/adfs`, audiences: [control] },
  })
})

test('another date gets the nearest earlier form', async () => {
  const forms = { '2014-04-01': '2015-01-01', '2018-05-01': '2015-01-01', '2020-06-01': '2019-05-01', '2026-09-01-preview': '2022-09-01' }
  for (const [version, same] of Object.entries(forms)) assert.deepEqual(await told(version), await told(same), version)
})

test('slashes of the endpoint that was configured do no harm', async () => {
  for (const path of ['//metadata/endpoints', '/metadata/endpoints/', '//metadata//endpoints'])
    assert.deepEqual(await told('2022-09-01', path), cloud(control), path)
})

test('no cloud is named AzureCloud, whatever the form', async () => {
  for (const version of ['2015-01-01', '2019-05-01', '2022-09-01']) assert.doesNotMatch(JSON.stringify(await told(version)), /AzureCloud/)
})

test('what is wrong is told with a code of ARM', async () => {
  const cases = [
    ['GET', '/metadata/endpoints', 400, 'InvalidApiVersionParameter'],
    ['GET', '/metadata/endpoints?api-version=', 400, 'InvalidApiVersionParameter'],
    ['GET', '/metadata/endpoints?api-version=2022-9-1', 400, 'InvalidApiVersionParameter'],
    ['GET', '/metadata/instance?api-version=2022-09-01', 404, 'NotFound'],
    ['POST', '/metadata/endpoints?api-version=2022-09-01', 405, 'MethodNotAllowed'],
  ] as const
  for (const [method, path, status, code] of cases) {
    const answer = await read(path, method)
    assert.equal(answer.status, status, path)
    const { error } = json<{ error: { code: string; message: string } }>(answer)
    assert.equal(error.code, code, path)
    assert.notEqual(error.message, '')
  }
  assert.equal(header(await read('/metadata/endpoints?api-version=2022-09-01', 'DELETE'), 'allow'), 'GET, HEAD')
})

test('HEAD answers the length alone', async () => {
  const answer = await read('/metadata/endpoints?api-version=2022-09-01', 'HEAD')
  assert.equal(answer.status, 200)
  assert.equal(answer.body.length, 0)
  assert.ok(Number(header(answer, 'content-length')) > 100)
})

test('a registry’s own name has no endpoints to tell', async () => {
  const answer = await send(server, 'GET', '/metadata/endpoints?api-version=2022-09-01', {
    as: 'nobody',
    headers: { host: 'team.acr.example.test' },
  })
  assert.equal(answer.status, 404)
})
