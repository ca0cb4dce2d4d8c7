import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type DataScene, isError, openData } from '../../world/data-endpoint.ts'
import { header, json, send } from '../../world/send.ts'

let scene: DataScene
before(async () => {
  scene = await openData()
})
after(() => scene.stop())

/** Wrong before anybody asks what it is for: a coded body. */
const coded = { body: '{}', headers: { 'content-encoding': 'gzip' } }

test('what is wrong with a request is told as the host and the path that were spoken to tell their failures', async () => {
  const ask = (path: string) => send(scene.door, 'POST', path, { as: 'nobody', ...coded })
  for (const path of ['/subscriptions?api-version=2021-01-01', '/metadata/endpoints', '/nothing']) {
    const answer = await ask(path)
    assert.equal(answer.status, 415, path)
    assert.equal((json(answer) as { error: { code: string } }).error.code, 'UnsupportedMediaType', path)
    assert.equal(header(answer, 'accept-encoding'), 'identity')
  }
  for (const path of ['/v2/', '/acr/v1/_catalog', '/oauth2/token']) {
    const answer = await ask(path)
    assert.equal(answer.status, 415, path)
    assert.equal((json(answer) as { errors: { code: string }[] }).errors[0]?.code, 'UNSUPPORTED', path)
  }
  const { host, pathname } = await scene.linkOf()
  const atBlobs = await send(scene.door, 'POST', pathname, { as: 'nobody', body: '{}', headers: { ...coded.headers, host } })
  isError(atBlobs, 415, 'UnsupportedHeader')
})
