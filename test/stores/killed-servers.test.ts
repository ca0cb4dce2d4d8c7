// Of three servers one is killed again and again: who tries again ends every push, and is never told anything wrong. KILLED_SECONDS=3600 for a night's run.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { type Answer, Client, ConnectionLost, digestOf, type Request } from '../faults/client.ts'
import { type Image, imageOf, manifestType } from '../faults/image.ts'
import { launch, type Server, showPassword } from '../faults/server.ts'
import { startPostgres } from './postgres-server.ts'
import { buckets, startObjectStore } from './radosgw.ts'

const seconds = Number(process.env.KILLED_SECONDS ?? 20)
const pushers = 3
/** One after the other lives so long. */
const lives = 1500
const mostTries = 40

test(`for ${seconds} s one of three servers is killed after the other, and every push ends`, async () => {
  const [postgres, store] = await Promise.all([startPostgres({ durable: true }), startObjectStore()])
  process.env.AWS_ACCESS_KEY_ID = store.accessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = store.secretAccessKey
  const folder = mkdtempSync(join(tmpdir(), 'longshore-killed-'))
  const url = await postgres.database()
  const key = join(folder, 'secret.key')
  writeFileSync(key, randomBytes(32), { mode: 0o400 })
  const blobs = `s3://${await buckets(store).make()}?endpoint=${store.endpoint}`
  const begin = async (name: string): Promise<Server> => {
    const dataDir = join(folder, name)
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const settings = { store: url, storeConnections: 4, blobs, secretKeyFile: key, publicUrl: 'http://localhost:5000' }
    writeFileSync(join(dataDir, 'longshore.yaml'), JSON.stringify(settings))
    const server = await launch(dataDir, { LOG_LEVEL: 'error' })
    assert.ok(server.alive, server.log)
    return server
  }
  const servers = await Promise.all(['one', 'two', 'three'].map(begin))
  const sum = { kills: 0, pushes: 0, again: 0, pulls: 0 }
  try {
    const password = await showPassword(servers[0]?.dataDir ?? '')
    const end = performance.now() + seconds * 1000
    const pushed: { repository: string; image: Image }[] = []
    let turn = 0
    /** To the next server, as a balancer would; whoever is not there, or says to come again, is followed by the next. */
    const ask = async (method: string, path: string, request: Request = {}): Promise<Answer> => {
      for (let tries = 0; tries < mostTries; tries++) {
        const server = servers[turn++ % servers.length]
        try {
          const answer = await new Client(server as Server, password).send(method, path, request)
          if (answer.status !== 503) return answer
        } catch (error) {
          if (!(error instanceof ConnectionLost)) throw error
        }
        sum.again++
        await pause(50)
      }
      throw new Error(`${method} ${path}: nobody answered`)
    }
    const locationOf = ({ headers }: Answer): string => {
      const { pathname, search } = new URL(headers.location ?? '', 'http://localhost')
      return pathname + search
    }
    /** As docker does: what breaks off begins anew with a session of its own, and what is there already is not sent. */
    const bring = async (repository: string, bytes: Buffer): Promise<void> => {
      const digest = digestOf(bytes)
      for (let tries = 0; tries < mostTries; tries++) {
        if ((await ask('HEAD', `/v2/${repository}/blobs/${digest}`)).status === 200) return
        const started = await ask('POST', `/v2/${repository}/blobs/uploads/`)
        assert.equal(started.status, 202, started.body.toString())
        const sent = await ask('PATCH', locationOf(started), { body: bytes })
        if (sent.status !== 202) continue
        const location = locationOf(sent)
        const put = await ask('PUT', `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`)
        if (put.status === 201) return
        assert.ok([400, 404, 416].includes(put.status), `${put.status} ${put.body}`)
      }
      throw new Error('a push came to no end')
    }
    const check = async ({ repository, image }: { repository: string; image: Image }): Promise<void> => {
      const manifest = await ask('GET', `/v2/${repository}/manifests/${image.digest}`)
      assert.equal(manifest.status, 200, manifest.body.toString())
      assert.equal(digestOf(manifest.body), image.digest)
      for (const digest of image.blobs) {
        const blob = await ask('GET', `/v2/${repository}/blobs/${digest}`)
        assert.equal(blob.status, 200, `lost: ${digest}`)
        assert.equal(digestOf(blob.body), digest)
      }
      sum.pulls++
    }
    const push = async (worker: number): Promise<void> => {
      const shared = randomBytes(30_000)
      for (let round = 0; performance.now() < end; round++) {
        const repository = `team/w${worker}`
        const image = imageOf([shared, randomBytes(200_000)], { round: String(round) })
        for (const bytes of [...image.layers, image.config]) await bring(repository, bytes)
        const headers = { 'content-type': manifestType }
        const put = await ask('PUT', `/v2/${repository}/manifests/v${round}`, { headers, body: image.manifest })
        assert.equal(put.status, 201, put.body.toString())
        pushed.push({ repository, image })
        sum.pushes++
        await check({ repository, image })
      }
    }
    const kill = async (): Promise<void> => {
      for (let which = 0; performance.now() < end; which = (which + 1) % servers.length) {
        await pause(lives)
        const server = servers[which] as Server
        await server.kill()
        sum.kills++
        servers[which] = await begin(['one', 'two', 'three'][which] ?? '')
      }
    }
    await Promise.all([kill(), ...Array.from({ length: pushers }, (_, worker) => push(worker))])
    for (const each of pushed) await check(each)
    const facts = await openPostgresStore({ url, connections: 2 })
    const registry = await facts.registry('local')
    assert.ok(registry)
    assert.deepEqual({ ...(await facts.usage(registry.id)) }, await facts.recomputedUsage(registry.id), 'usage is what the rows add up to')
    await facts.close()
    console.log(
      `killed servers: ${sum.kills}, pushes ended: ${sum.pushes}, pulls: ${sum.pulls}, requests sent again: ${sum.again}, lost: 0`,
    )
    assert.ok(sum.kills > 2 && sum.pushes > sum.kills, 'the load did something')
  } finally {
    await Promise.all(servers.map((server) => server.kill()))
    postgres.stop()
    store.stop()
    rmSync(folder, { recursive: true })
  }
})
