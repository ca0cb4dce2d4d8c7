import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { welcomeCatalogues } from '#words/welcome.ts'
import { header, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

let server: Server
let secure: { ca: string; port: number }
before(async () => {
  server = await Server.start({ https: '127.0.0.1:0' })
  secure = { ca: readFileSync(server.started.caPath ?? '', 'utf8'), port: server.started.https?.port ?? 0 }
})
after(() => server.stop())

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const look = (headers: Record<string, string>, method = 'GET') => send(server, method, '/', { as: 'nobody', headers, ...secure })

for (const [asked, language] of [
  ['en-GB', 'en'],
  ['fr-CA,fr;q=0.9', 'fr'],
  ['es', 'es'],
  ['ja', 'en'],
] as const)
  test(`a browser that reads ${asked} sees a page that says what this is and where to go`, async () => {
    const answer = await look({ accept: browser, 'accept-language': asked })
    assert.equal(answer.status, 200)
    assert.equal(header(answer, 'content-type'), 'text/html; charset=utf-8')
    assert.match(header(answer, 'content-security-policy'), /default-src 'none'/)
    assert.equal(header(answer, 'vary'), 'Accept, Accept-Language')
    const text = answer.body.toString()
    assert.match(text, new RegExp(`<html lang="${language}">`))
    assert.ok(text.includes(`<h1>${welcomeCatalogues[language].title}</h1>`))
    assert.match(text, /docker login \S+\n/)
    assert.match(text, /az login -u owner/)
    assert.match(text, /longshore doctor/)
  })

test('its own host is named, whatever stands in it', async () => {
  const answer = await look({ accept: browser, host: 'local.longshore.localhost:1' })
  assert.match(answer.body.toString(), /docker push local\.longshore\.localhost:1\/hello:1/)
  const bad = await look({ accept: browser, host: '"><script>.longshore.localhost' })
  assert.notEqual(bad.status, 200)
})

test('HEAD has the head of the page; programs get JSON as before', async () => {
  const page = await look({ accept: browser })
  const head = await look({ accept: browser }, 'HEAD')
  assert.deepEqual([head.status, head.body.length], [200, 0])
  assert.equal(header(head, 'content-length'), String(page.body.length))
  for (const accept of ['*/*', 'application/json', '', 'text/html;q=0, */*', 'text/htmlx']) {
    const answer = await look({ accept })
    assert.equal(answer.status, 404, accept)
    assert.match(header(answer, 'content-type'), /^application\/json/)
  }
  assert.equal((await look({ accept: browser }, 'POST')).status === 200, false)
})
