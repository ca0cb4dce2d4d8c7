import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { blobPath, bytes, type DataScene, digest, openData } from '../../world/data-endpoint.ts'
import { openRaw } from '../../world/raw.ts'
import { authorizationOf, header, send } from '../../world/send.ts'

// ACR's FAQ takes a blob in two steps of a shell: `curl -s -D - … | grep "^Location: " | cut -d " " -f2 | tr -d '\r'`, then `curl $REDIRECT_URL`.

let scene: DataScene
before(async () => {
  scene = await openData()
})
after(() => scene.stop())

/** What curl prints of the answer to the first step, as it came. */
async function printed(): Promise<string> {
  const connection = await openRaw(scene.door.address)
  const { authorization = '' } = authorizationOf(scene.door, 'admin')
  connection.socket.write(
    `GET ${blobPath(digest)} HTTP/1.1\r\nHost: local.longshore.localhost:${scene.door.address.port}\r\nAuthorization: ${authorization.replace('Basic', 'basic')}\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
  )
  await connection.ended(3000)
  return connection.text()
}

const located = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('Location: '))
    .map((line) => line.split(' ')[1]?.replace('\r', '') ?? '')

test('with a data endpoint the FAQ’s two lines work as they stand', async () => {
  const [url = '', ...more] = located(await printed())
  assert.equal(more.length, 0)
  const link = new URL(url)
  assert.deepEqual([link.protocol, link.host], ['http:', `local.local.data.longshore.localhost:${scene.door.address.port}`])
  // The shell takes the variable without quotes: nothing in it may be a word's end or a pattern.
  assert.match(url, /^[A-Za-z0-9:/.=&?%_-]+$/)
  assert.doesNotMatch(link.pathname, /[?*[]/)
  const got = await scene.follow(link, { headers: { accept: '*/*', 'user-agent': 'curl/8.5.0' } })
  assert.equal(got.status, 200)
  assert.ok(got.body.equals(bytes))
})

test('without one there is nothing to follow: the first line has the blob', async () => {
  await scene.change({ dataEndpointEnabled: false })
  assert.deepEqual(located(await printed()), [])
  const answer = await send(scene.door, 'GET', blobPath(digest))
  assert.deepEqual([answer.status, header(answer, 'location')], [200, ''])
  assert.ok(answer.body.equals(bytes))
  await scene.change({ dataEndpointEnabled: true })
})
