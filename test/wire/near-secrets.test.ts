import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hashOfSecret } from '#app/identity/credentials.ts'
import { openPlane, type Plane } from '../world/plane.ts'
import { json, send } from '../world/send.ts'

let plane: Plane
before(async () => {
  plane = await openPlane()
})
after(() => plane.stop())

/** Two texts whose hashes begin alike: a compare of less than the whole takes one for the other. */
function alike(letters: number): { stored: string; presented: string } {
  const seen = new Map<string, string>()
  for (let count = 0; ; count++) {
    const text = `secret ${count}`
    const start = hashOfSecret(text).slice(0, letters)
    const other = seen.get(start)
    if (other !== undefined) return { stored: other, presented: text }
    seen.set(start, text)
  }
}
const { stored, presented } = alike(8)

test("a password of the admin user is compared to its hash's end", async () => {
  const { store } = plane.door.open.deps
  const registry = (await store.registry('local')) ?? assert.fail()
  const [credential] = await store.credentials(registry.id)
  assert.ok(credential)
  await store.putCredential({ ...credential, secretHash: hashOfSecret(stored) })
  const login = async (password: string) => (await send(plane.door, 'GET', '/v2/', { as: { user: plane.door.user, password } })).status
  assert.deepEqual([await login(presented), await login(stored)], [401, 200])
})

test("a client secret is compared to its hash's end", async () => {
  const { store } = plane.door.open.deps
  const program = await plane.program('near')
  const secrets = await store.secrets((await store.directoryObjectsByAppId(program.name)).map((each) => each.id))
  const secret = secrets.find((each) => each.kind === 'password') ?? assert.fail()
  await store.putSecret({
    secret: { ...secret, keyId: secret.keyId.replace(/^./, (first) => (first === 'a' ? 'b' : 'a')), hash: hashOfSecret(stored) },
  })
  const grant = async (password: string) => {
    const answer = await plane.grant({
      grant_type: 'client_credentials',
      client_id: program.name,
      client_secret: password,
      resource: plane.control,
    })
    return answer.status === 200 ? 'token' : json<{ error: string }>(answer).error
  }
  assert.deepEqual([await grant(presented), await grant(stored)], ['invalid_client', 'token'])
})
