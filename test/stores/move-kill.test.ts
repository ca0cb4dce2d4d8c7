// A move that is killed at any moment goes on when it is begun again; whoever pushes all along finds what was acknowledged.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { failpoints } from '#ports/failpoint.ts'
import type { ChildServer } from '../world/child.ts'
import { startCluster } from '../world/cluster.ts'
import { digestOf, type Image, makeImage, mediaTypes } from '../world/content.ts'
import { send, type Target } from '../world/send.ts'
import { at, beginMove, folderBeside, move, moveWorld, type Places, restart } from './move-world.ts'
import { startRadosgw } from './radosgw.ts'

const world = moveWorld(startRadosgw())
/** One who pushes without a pause only makes a test long. In milliseconds. */
const betweenPushes = 40

/** Pushes image after image as docker does, and knows what was acknowledged; a 503 is tried again until it is told to stop. */
class Pusher {
  readonly acknowledged: { tag: string; image: Image }[] = []
  readonly refused: string[] = []
  readonly #targets: readonly Target[]
  #stopped = false
  readonly #done: Promise<void>

  constructor(...targets: readonly Target[]) {
    this.#targets = targets
    this.#done = this.#push()
  }

  async #push(): Promise<void> {
    for (let turn = 0; !this.#stopped; turn++) {
      const target = this.#targets[turn % this.#targets.length] as Target
      const image = makeImage({}, [17_000, 100])
      const tag = `v${turn}`
      const put = async (method: string, path: string, body: Buffer, headers: Record<string, string> = {}) => {
        for (;;) {
          const answer = await send(target, method, path, { body, headers })
          if (answer.status === 201) return true
          assert.equal(answer.status, 503, answer.body.toString())
          this.refused.push(answer.body.toString())
          if (this.#stopped) return false
          await pause(50)
        }
      }
      let whole = true
      for (const blob of [...image.layers, image.config])
        whole &&= await put('POST', `/v2/team/pushed/blobs/uploads/?digest=${digestOf(blob)}`, blob)
      whole &&= await put('PUT', `/v2/team/pushed/manifests/${tag}`, image.manifest, { 'content-type': mediaTypes.image })
      if (whole) this.acknowledged.push({ tag, image })
      await pause(betweenPushes)
    }
  }

  async until(many: number): Promise<void> {
    for (const from = this.acknowledged.length; this.acknowledged.length < from + many; ) await pause(10)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#done
  }

  /** All that was acknowledged is there. */
  async check(target: Target): Promise<void> {
    for (const { tag, image } of this.acknowledged) {
      const found = await send(target, 'GET', `/v2/team/pushed/manifests/${tag}`)
      assert.ok(found.body.equals(image.manifest), `${tag}: ${found.status}`)
      for (const blob of [image.config, ...image.layers])
        assert.ok((await send(target, 'GET', `/v2/team/pushed/blobs/${digestOf(blob)}`)).body.equals(blob), `${tag}: a blob`)
    }
  }
}

const words = ({ url, blobs }: Places) => ['--to-store', url, '--to-blobs', blobs]

test('who pushes all along is told nothing of it before the end, and finds it all at the new place', async () => {
  const [server, there] = [await world.server(), await world.places()]
  const pusher = new Pusher(server)
  await pusher.until(10)
  const moved = await move(server.dataDir, words(there), there.keys)
  await pusher.stop()
  assert.ok(moved.copied >= 10)
  assert.deepEqual(
    pusher.refused.filter((each) => !each.includes('has moved')),
    [],
    'nobody waited in vain',
  )
  await restart(server, at(there))
  await pusher.check(server)
})

test('two servers of one database are left at the same moment', async () => {
  const { url } = await world.places()
  const cluster = await startCluster(url, 2)
  try {
    const [one, two] = cluster.servers
    assert.ok(one && two)
    const pusher = new Pusher(one, two)
    await pusher.until(10)
    const home = await world.server()
    await home.end('SIGTERM')
    const folder = folderBeside(home, 'gathered')
    await move(one.dataDir, ['--to-store', folder, '--to-blobs', 'files'], {
      LONGSHORE_STORE: url,
      LONGSHORE_SECRET_KEY_FILE: cluster.key,
    })
    await pusher.stop()
    for (const server of [one, two]) assert.equal((await send(server, 'POST', '/v2/team/pushed/blobs/uploads/')).status, 503)
    await restart(home, {}, folder)
    Object.assign(home, { user: one.user, password: one.password })
    await pusher.check(home)
  } finally {
    await cluster.stop()
  }
})

describe('kill -9 at a failpoint of a move, and again', () => {
  const points = failpoints.filter((name) => name.startsWith('move.'))
  for (const [index, name] of points.entries())
    test(name, async () => {
      const [server, there] = [await world.server(), await world.places()]
      const pusher = new Pusher(server)
      await pusher.until(8)
      // Later moments of what comes often.
      const hit = /blob|page/.test(name) ? 1 + (index % 3) : 1
      const dying = beginMove(server.dataDir, words(there), { ...there.keys, LONGSHORE_FAILPOINT: `${name}=kill:${hit}` })
      assert.equal((await dying.ended).signal, 'SIGKILL', dying.problem())
      const isLeft = ['move.switch.after-commit', 'move.end.after-commit'].includes(name)
      if (!isLeft && name !== 'move.pause.after-commit' && name !== 'move.switch.before-commit') await pusher.until(2)
      if (name === 'move.switch.after-commit') await refusesBoth(server, there, pusher)
      const moved = await move(server.dataDir, words(there), there.keys)
      assert.equal(moved.goesOn, true)
      await pusher.stop()
      await restart(server, at(there))
      await pusher.check(server)
      // What it was is gone: there is no trace that a server could stumble over.
      const later = new Pusher(server)
      await later.until(1)
      await later.stop()
    })
})

/** Between the two ends the registry is nobody's: a server of neither place begins. */
async function refusesBoth(server: ChildServer, there: Places, pusher: Pusher): Promise<void> {
  await pusher.stop()
  await server.end('SIGTERM')
  await assert.rejects(server.up(), /has moved from/)
  await assert.rejects(server.up(at(there)), /did not come to its end/)
}
