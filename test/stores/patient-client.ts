import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { type Answer, Client, ConnectionLost, digestOf, type Request } from '../faults/client.ts'
import { type Image, imageOf, manifestType } from '../faults/image.ts'
import type { Password, Server } from '../faults/server.ts'

export interface Pushed {
  repository: string
  image: Image
  tag: string
}

/** Pushes and pulls as docker does: each request to the next server, as a balancer would have it, and again where one says so or is not there. */
export class PatientClient {
  readonly pushed: Pushed[] = []
  readonly sum = { pushes: 0, pulls: 0, again: 0 }
  readonly #servers: readonly Server[]
  readonly #password: Password
  readonly #mostTries: number
  #turn = 0

  constructor(servers: readonly Server[], password: Password, mostTries = 40) {
    this.#servers = servers
    this.#password = password
    this.#mostTries = mostTries
  }

  async ask(method: string, path: string, request: Request = {}): Promise<Answer> {
    for (let tries = 0; tries < this.#mostTries; tries++) {
      const server = this.#servers[this.#turn++ % this.#servers.length]
      try {
        const answer = await new Client(server as Server, this.#password).send(method, path, request)
        if (answer.status !== 503) return answer
        assert.ok(Number(answer.headers['retry-after']) > 0, `a 503 without Retry-After: ${answer.body}`)
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error
      }
      this.sum.again++
      await pause(50)
    }
    throw new Error(`${method} ${path}: nobody answered`)
  }

  /** What breaks off begins anew with a session of its own, and what is there already is not sent. */
  async bring(repository: string, bytes: Buffer): Promise<void> {
    const digest = digestOf(bytes)
    for (let tries = 0; tries < this.#mostTries; tries++) {
      if ((await this.ask('HEAD', `/v2/${repository}/blobs/${digest}`)).status === 200) return
      const started = await this.ask('POST', `/v2/${repository}/blobs/uploads/`)
      assert.equal(started.status, 202, started.body.toString())
      const sent = await this.ask('PATCH', locationOf(started), { body: bytes })
      if (sent.status !== 202) continue
      const location = locationOf(sent)
      const put = await this.ask('PUT', `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`)
      if (put.status === 201) return
      assert.ok([400, 404, 416].includes(put.status), `${put.status} ${put.body}`)
    }
    throw new Error('a push came to no end')
  }

  async check({ repository, image, tag }: Pushed): Promise<void> {
    const manifest = await this.ask('GET', `/v2/${repository}/manifests/${tag}`)
    assert.equal(manifest.status, 200, manifest.body.toString())
    assert.equal(digestOf(manifest.body), image.digest)
    for (const digest of image.blobs) {
      const blob = await this.ask('GET', `/v2/${repository}/blobs/${digest}`)
      assert.equal(blob.status, 200, `lost: ${digest}`)
      assert.equal(digestOf(blob.body), digest)
    }
    this.sum.pulls++
  }

  /** An image after the other, each pulled once it is there. */
  async push(repository: string, until: () => boolean, largest = 200_000): Promise<void> {
    const shared = randomBytes(30_000)
    for (let round = 0; !until(); round++) {
      const image = imageOf([shared, randomBytes(largest)], { round: String(round) })
      for (const bytes of [...image.layers, image.config]) await this.bring(repository, bytes)
      const tag = `v${this.pushed.length}-${round}`
      const headers = { 'content-type': manifestType }
      const put = await this.ask('PUT', `/v2/${repository}/manifests/${tag}`, { headers, body: image.manifest })
      assert.equal(put.status, 201, put.body.toString())
      this.pushed.push({ repository, image, tag })
      this.sum.pushes++
      await this.check({ repository, image, tag })
    }
  }

  /** All that was acknowledged is there, and what is counted is what the rows add up to. */
  async checkAll(url: string): Promise<void> {
    for (const each of this.pushed) await this.check(each)
    const facts = await openPostgresStore({ url, connections: 2, judge: 'caller' })
    try {
      const registry = await facts.registry('local')
      assert.ok(registry)
      assert.deepEqual(
        { ...(await facts.usage(registry.id)) },
        await facts.recomputedUsage(registry.id),
        'usage is what the rows add up to',
      )
    } finally {
      await facts.close()
    }
  }
}

function locationOf({ headers }: Answer): string {
  const { pathname, search } = new URL(headers.location ?? '', 'http://localhost')
  return pathname + search
}
