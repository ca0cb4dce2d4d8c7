import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { types } from '#surfaces/arm/types.ts'
import { armSubjects } from './arm-bodies.ts'
import { type ArmAnswer, type ArmScene, errorOf, newest, openArm, registryId } from '../world/arm.ts'
import { breaksOf, placesOf, withBroken } from './broken.ts'

let scene: ArmScene
let registry: string
let alice: string
before(async () => {
  scene = await openArm()
  registry = registryId(scene, 'standing')
  await made('PUT', registry, {
    location: 'local',
    sku: { name: 'Premium' },
    properties: { adminUserEnabled: true },
    tags: { kept: 'yes' },
  })
  await made('PUT', `${registry}/scopeMaps/standing`, { properties: { actions: ['repositories/a/content/read'] } })
  await made('PUT', `${registry}/tokens/standing`, { properties: { scopeMapId: `${registry}/scopeMaps/standing` } })
  const token = await scene.person('alice')
  alice = (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { oid: string }).oid
})
after(async () => {
  await scene.stop()
  assert.deepEqual(scene.unexpected, [])
})

async function made(method: string, path: string, body: unknown): Promise<ArmAnswer> {
  const answer = await scene.ask(method, path, { body })
  assert.ok(answer.status < 300, `${method} ${path} ${JSON.stringify(answer.body)}`)
  return answer
}

const subjects = armSubjects(() => ({ scene, registry, alice }))

const fitting: ReadonlySet<string> = new Set([
  'InvalidRequestContent',
  'InvalidResourceProperties',
  'FeatureNotAvailable',
  'BadRequestFormat',
  'InvalidRoleName',
  'InvalidRoleDescription',
  'InvalidRoleAssignmentDescription',
  'MissingPermissions',
  'MissingAssignableScopes',
])

/** What is stored, as it can be read. */
async function stored(paths: readonly string[]): Promise<unknown[]> {
  return Promise.all(
    paths.map(async (each) => {
      const { status, body, headers } = await scene.ask('GET', each)
      return [status, body, headers.etag]
    }),
  )
}

test('every type that can be made has its bodies broken here', () => {
  const shapes = new Set(subjects.map(({ shape }) => shape))
  for (const { name, shape } of types) assert.ok(!shape || shapes.has(shape), name)
})

for (const subject of subjects)
  test(`${subject.method} of a ${subject.of}: each place of its body broken alone is refused by name, and nothing is stored`, async () => {
    const { method, shape, good, path, looks } = subject
    await fc.assert(
      fc.asyncProperty(good, async (body) => {
        const at = path()
        await made(method, at, body)
        // The same role is given once.
        if (at.includes('/roleAssignments/')) await scene.ask('DELETE', at)
      }),
      { numRuns: 5 },
    )
    const breaks = breaksOf(shape)
    assert.ok(breaks.length >= 3)
    for (const { place, named, why, value } of breaks)
      await fc.assert(
        fc.asyncProperty(good, value, async (right, wrong) => {
          const at = path()
          const paths = looks?.() ?? [at]
          const before = await stored(paths)
          const body = withBroken(JSON.parse(JSON.stringify(right)), place, wrong)
          const optionalForPatch = method === 'PATCH' && why === 'missing' && subject.of !== 'tags'
          // What only older versions have is asked for in one of them.
          const version = named.startsWith('properties.storageAccount') ? '2019-05-01' : newest
          const answer = await scene.ask(method, at, { body, version })
          if (optionalForPatch) return
          const told = `${why} of ${named || 'the body'}: ${method} ${JSON.stringify(body).slice(0, 400)} → ${answer.status} ${JSON.stringify(answer.body)}`
          assert.equal(answer.status, 400, told)
          const { code, message, target } = errorOf(answer)
          assert.ok(fitting.has(code), told)
          const leaf = place.filter((each) => typeof each === 'string' && each !== 'key').at(-1)
          assert.ok(leaf === undefined || message.includes(String(leaf)), told)
          if (target !== undefined) assert.equal(target, named === '' ? '$' : named, told)
          assert.deepEqual(await stored(paths), before, told)
        }),
        { numRuns: 6 },
      )
  })

test('a null stands for what is not given: it is ignored or refused, never a fault, and never kept', async () => {
  for (const { method, shape, good, path } of subjects)
    for (const place of placesOf(shape))
      await fc.assert(
        fc.asyncProperty(good, async (right) => {
          const body = withBroken(JSON.parse(JSON.stringify(right)), place, null)
          const answer = await scene.ask(method, path(), { body })
          const told = `${method} ${JSON.stringify(body)} → ${answer.status} ${JSON.stringify(answer.body)}`
          assert.ok(answer.status < 300 || answer.status === 400 || answer.status === 409, told)
          if (answer.status >= 400) assert.ok(errorOf(answer).code !== '' && errorOf(answer).message !== '', told)
        }),
        { numRuns: 2 },
      )
})
