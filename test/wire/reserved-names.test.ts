import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openPlane, type Plane } from '../world/plane.ts'
import { json } from '../world/send.ts'

let plane: Plane
before(async () => {
  plane = await openPlane()
})
after(() => plane.stop())

const ask = async (name: string) => {
  const body = { name, type: 'Microsoft.ContainerRegistry/registries' }
  const path = `${plane.subscription}/providers/Microsoft.ContainerRegistry/checkNameAvailability`
  return json<{ nameAvailable: boolean; reason?: string; message?: string }>(await plane.arm('POST', path, { body }))
}
const make = (name: string) =>
  plane.arm('PUT', `${plane.group}/providers/Microsoft.ContainerRegistry/registries/${name}`, {
    body: { location: 'local', sku: { name: 'Basic' } },
  })

for (const name of ['portal', 'login', 'Management', 'GRAPH', 'metadata', 'admin', 'control', 'longshore'])
  test(`no registry is called ${name}: the hosts of that name are ours`, async () => {
    const { nameAvailable, reason, message } = await ask(name)
    assert.deepEqual([nameAvailable, reason], [false, 'Invalid'])
    assert.match(message ?? '', new RegExp(`'${name}' .*reserved word`))
    const answer = await make(name)
    assert.equal(answer.status, 400)
    assert.equal(json<{ error: { code: string } }>(answer).error.code, 'ReservedResourceName')
  })

test('data is no name either, and what only resembles one is', async () => {
  assert.equal((await ask('data')).nameAvailable, false)
  assert.equal((await make('data')).status, 400)
  assert.equal((await ask('portals')).nameAvailable, true)
  assert.equal((await make('portal2')).status, 201)
})
