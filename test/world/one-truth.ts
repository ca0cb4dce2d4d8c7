// What one thread or server answered, the next request at each other sees.
import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { after, before, test } from 'node:test'
import { makeImage, pushImage, putManifest } from './content.ts'
import { planeOver } from './plane.ts'
import { header, type SendOptions, send, type Target } from './send.ts'
import type { Server } from './server.ts'

const version = '2026-09-01-preview'

/** Who serves together. */
export interface Served {
  servers: readonly Server[]
  stop(): Promise<void>
}

/**
 * @param where as in "thread"
 * @param tries how many answers are compared in each test
 */
export function oneTruth(where: string, tries: number, start: () => Promise<Served>): void {
  let served: Served
  let connections: Target[]
  let server: Server
  before(async () => {
    served = await start()
    server = served.servers[0] as Server
    // So many that each has some.
    connections = Array.from({ length: 16 }, (_, index) => {
      const { address } = served.servers[index % served.servers.length] as Server
      return { address, user: server.user, password: server.password, agent: new Agent({ keepAlive: true, maxSockets: 1 }) }
    })
  })
  after(async () => {
    for (const { agent } of connections) agent.destroy()
    await served.stop()
  })

  /** The same question on each connection. */
  const everywhere = (method: string, path: string, options: SendOptions = {}) =>
    Promise.all(connections.map((connection) => send(connection, method, path, options)))
  const rounds = Math.ceil(tries / 16)
  const connection = (round: number): Target => connections[round % connections.length] as Target

  test(`a tag that was moved by one ${where} is moved for the next request at each other`, async () => {
    const images = [await pushImage(server, 'truth', 'moving'), await pushImage(server, 'truth', 'other')]
    for (let round = 0; round < rounds; round++) {
      const { manifest, digest } = images[round % 2] ?? makeImage()
      assert.equal((await putManifest(connection(round), 'truth', 'moving', manifest)).status, 201)
      for (const answer of await everywhere('HEAD', '/v2/truth/manifests/moving'))
        assert.equal(header(answer, 'docker-content-digest'), digest, `round ${round}`)
    }
  })

  test(`what was deleted by one ${where} is gone for the next request at each other`, async () => {
    for (let round = 0; round < Math.ceil(rounds / 8); round++) {
      const { digest } = await pushImage(server, 'gone', 'v1')
      for (const answer of await everywhere('GET', `/v2/gone/manifests/${digest}`)) assert.equal(answer.status, 200)
      assert.equal((await send(connection(round), 'DELETE', `/v2/gone/manifests/${digest}`)).status, 202)
      for (const answer of await everywhere('GET', `/v2/gone/manifests/${digest}`)) assert.equal(answer.status, 404, `round ${round}`)
    }
  })

  test(`a right that was taken away by one ${where} is gone for the next request at each other`, async () => {
    const { owner } = server.started.unshownPasswords ?? {}
    const plane = await planeOver(server, { name: owner?.login ?? '', password: owner?.password ?? '' })
    const { id } = await plane.registry('truth1')
    const reader = await plane.user('reader')
    const path = `${id}?api-version=${version}`
    const as = { token: reader.token }
    let revoked = 0
    for (let round = 0; round < rounds; round++) {
      const assignment = await plane.give(reader.id, 'Reader', id)
      for (const answer of await everywhere('GET', path, { as })) assert.equal(answer.status, 200, `round ${round}`)
      const query = `${assignment}?api-version=2022-04-01`
      assert.equal((await send(connection(round), 'DELETE', query, { as: { token: plane.owner.token } })).status, 200)
      for (const answer of await everywhere('GET', path, { as })) assert.equal(answer.status, 403, `round ${round}`)
      revoked += connections.length
    }
    console.log(`revocations seen at another connection: ${revoked}, not seen: 0`)
  })
}
