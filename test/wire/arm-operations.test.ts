import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { jobHandlers } from '#app/jobs/handlers.ts'
import { JobWorker } from '#app/jobs/worker.ts'
import { Emptying } from '#app/maintenance/emptying.ts'
import { name, Scene } from '#ports/metadata-scene.contract.ts'
import { type ArmAnswer, type ArmScene, openArm, registryId } from '../world/arm.ts'

let scene: ArmScene
let worker: JobWorker
before(async () => {
  scene = await openArm()
  const { store, clock } = scene.deps
  worker = new JobWorker(
    { store, clock, failpoint: () => {} },
    {
      handlers: jobHandlers({
        store,
        clock,
        emptying: new Emptying({ store, clock }),
        failpoint: () => {},
        wallClock: { look: async () => clock.now() },
        historyLife: 1000,
        historyMost: 1000,
      }),
      atOnce: 4,
      claim: 60_000,
      every: 1000,
      chance: () => 0,
      failed: (_job, error) => assert.fail(String(error)),
      queueFailed: (error) => assert.fail(String(error)),
    },
  )
})
after(() => scene.stop())

const work = async () => {
  while ((await worker.look()) > 0) await worker.settle()
}
const locationOf = ({ headers }: ArmAnswer) => String(headers.location)

test('a group whose registry has content is in progress until it is empty, in both forms of asking', async () => {
  const group = `${scene.subscription}/resourceGroups/full`
  const registry = registryId({ ...scene, group }, 'full0')
  assert.equal((await scene.ask('PUT', group, { body: { location: 'local' } })).status, 201)
  assert.ok([200, 201].includes((await scene.ask('PUT', registry, { body: { location: 'local', sku: { name: 'Premium' } } })).status))
  const standing = await scene.deps.store.registry('full0')
  assert.ok(standing)
  await new Scene(scene.deps.store, standing).pushImage(name('a'), 'x', 'v1')

  const begun = await scene.ask('DELETE', group)
  assert.equal(begun.status, 202)
  assert.equal((await scene.ask('GET', group)).status, 404, 'it is gone for everybody at once')
  const polled = await scene.ask('GET', locationOf(begun))
  assert.deepEqual([polled.status, polled.headers['retry-after']], [202, '1'])
  assert.equal(locationOf(polled), locationOf(begun))
  const id = /operationresults\/([^?]+)/.exec(locationOf(begun))?.[1] ?? ''
  const status = () =>
    scene.ask('GET', `${scene.subscription}/providers/Microsoft.ContainerRegistry/locations/local/operationStatuses/${id}`)
  const running = await status()
  assert.deepEqual([running.status, (running.body as { status: string }).status, running.headers['retry-after']], [200, 'InProgress', '1'])

  await work()
  assert.equal((await scene.ask('GET', locationOf(begun))).status, 200)
  const ended = await status()
  assert.equal((ended.body as { status: string }).status, 'Succeeded')
  assert.equal(ended.headers['retry-after'], undefined)
  assert.equal(await scene.deps.store.drainRepositories({ now: scene.time.at, limit: 10 }), 0, 'nothing of it is left')
})

test('what leaves nothing behind has ended with its answer', async () => {
  const group = `${scene.subscription}/resourceGroups/empty`
  assert.equal((await scene.ask('PUT', group, { body: { location: 'local' } })).status, 201)
  assert.equal((await scene.ask('GET', locationOf(await scene.ask('DELETE', group)))).status, 200)
})
