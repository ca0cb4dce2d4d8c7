import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { azureCli } from '../world/plane.ts'
import { type Answer, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

// What several serving threads count, they count together.
let server: Server
before(async () => {
  server = await Server.start({ servers: '3', admin: '127.0.0.1:0', maxConnectionsPerAddress: '40' })
})
after(() => server.stop())

/** On a connection of its own: the kernel chooses the thread. */
const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> =>
  send(server, method, path, { as: 'nobody', headers: { connection: 'close', ...headers }, ...(body === undefined ? {} : { body }) })

async function figure(series: string): Promise<number> {
  const { host, port } = server.started.admin ?? { host: '', port: 0 }
  const text = await (await fetch(`http://${host}:${port}/metrics`)).text()
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')
      .at(-1) ?? 0,
  )
}

test('of many wrong passwords at once, at all threads, as many are judged as at one', async () => {
  const guess = (username: string) =>
    ask(
      'POST',
      '/adfs/oauth2/token',
      { 'content-type': 'application/x-www-form-urlencoded' },
      new URLSearchParams({
        grant_type: 'password',
        client_id: azureCli,
        username,
        password: 'wrong',
        resource: `http://${server.loginServer}`,
      }).toString(),
    )
  const statuses = (await Promise.all(Array.from({ length: 38 }, (_, each) => guess(`guessed-${each}`)))).map(({ status }) => status)
  assert.deepEqual(
    [400, 429].map((status) => statuses.filter((each) => each === status).length),
    [21, 17],
    statuses.join(' '),
  )
})

test('how many threads serve can be read', async () => {
  assert.equal(await figure('longshore_serving_threads'), 3)
})

test('requests are counted wherever they are answered', async () => {
  const series = 'longshore_requests_total{method="GET",status="401"}'
  const before = await figure(series)
  const answers = await Promise.all(Array.from({ length: 30 }, () => ask('GET', '/v2/')))
  assert.ok(answers.every(({ status }) => status === 401))
  while ((await figure(series)) < before + 30) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(await figure(series), before + 30)
})

test('an address has so many connections, however they are dealt out', async () => {
  const { host, port } = server.address
  const sockets: Socket[] = []
  for (let each = 0; each < 120; each++) {
    const socket = connect(port, host).on('error', () => {})
    sockets.push(socket)
    await once(socket, 'connect')
    // Each of the three may just have counted one to see that it is one too many.
    assert.ok((await figure('longshore_connections')) <= 40 + 3)
  }
  while ((await figure('longshore_connections')) > 40) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal((await ask('GET', '/v2/').catch(() => ask('GET', '/v2/'))).status, 401)
  for (const socket of sockets) socket.destroy()
})
