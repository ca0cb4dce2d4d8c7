import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { makeCode } from '#app/identity/codes.ts'
import { findDevice, grantDevice } from '#app/identity/devices.ts'
import { signInUser } from '#app/identity/sign-in.ts'
import { azureCli } from '../world/people.ts'
import { adfsToken, alice, ask, type EntraScene, entraToken, openEntra, program, refusalOf, secret, type Wire } from '../world/authority.ts'

let scene: EntraScene
before(async () => {
  scene = await openEntra()
})
after(() => scene.stop())
beforeEach(() => scene.restart())

const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')
const redirectUri = 'http://localhost:8400/'
type Form = Record<string, string>
/** Who asks often is slowed down by the address. */
const elsewhere = () => ({ 'x-test-address': `10.1.${randomBytes(1)[0]}.${randomBytes(1)[0]}` })

const signedIn = () => signInUser(scene.deps, { username: alice.login, password: alice.password, address: '10.0.0.9' })
const resource = () => ({ resource: scene.origin })

interface Subject {
  what: string
  path: string
  /** A form that is accepted; each time another where it can be used once. */
  good: () => Promise<Form>
  needs: readonly string[]
  /** What a text that nobody gave out means: a refusal of the credential rather than of the form. */
  guesses: readonly string[]
}

const subjects: readonly Subject[] = [
  {
    what: 'a password',
    path: adfsToken,
    good: async () => ({ grant_type: 'password', client_id: azureCli, username: alice.login, password: alice.password, ...resource() }),
    needs: ['grant_type', 'client_id', 'username', 'password'],
    guesses: ['username', 'password'],
  },
  {
    what: 'a client secret',
    path: entraToken,
    good: async () => ({
      grant_type: 'client_credentials',
      client_id: program.appId,
      client_secret: secret,
      scope: `${scene.origin}/.default`,
    }),
    needs: ['grant_type', 'client_id', 'client_secret', 'scope'],
    guesses: ['client_secret'],
  },
  {
    what: 'an authorization code',
    path: adfsToken,
    good: async () => {
      const asked = { resource: scene.origin }
      const code = await makeCode(scene.deps, { clientId: azureCli, redirectUri, challenge, nonce: undefined, asked }, await signedIn())
      return {
        grant_type: 'authorization_code',
        client_id: azureCli,
        code,
        code_verifier: verifier,
        redirect_uri: redirectUri,
        ...resource(),
      }
    },
    needs: ['grant_type', 'client_id', 'code', 'code_verifier', 'redirect_uri'],
    guesses: ['code', 'code_verifier', 'redirect_uri'],
  },
  {
    what: 'a refresh token',
    path: adfsToken,
    good: async () => {
      const form = {
        grant_type: 'password',
        client_id: azureCli,
        username: alice.login,
        password: alice.password,
        scope: 'openid offline_access',
      }
      const { json } = await ask(scene, adfsToken, { form: { ...form, ...resource() } })
      return { grant_type: 'refresh_token', client_id: azureCli, refresh_token: String(json.refresh_token), ...resource() }
    },
    needs: ['grant_type', 'client_id', 'refresh_token'],
    guesses: ['refresh_token'],
  },
  {
    what: 'a device code',
    path: adfsToken,
    good: async () => {
      const { json } = await ask(scene, '/adfs/oauth2/devicecode', { form: { client_id: azureCli, ...resource() }, headers: elsewhere() })
      const question = await findDevice(scene.deps, { typed: String(json.user_code), address: '10.0.0.9' })
      await grantDevice(scene.deps, question, await signedIn())
      const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
      return { grant_type: grantType, client_id: azureCli, device_code: String(json.device_code), ...resource() }
    },
    needs: ['grant_type', 'client_id', 'device_code'],
    guesses: ['device_code'],
  },
  {
    what: 'a device’s question',
    path: '/adfs/oauth2/devicecode',
    good: async () => ({ client_id: azureCli, ...resource() }),
    needs: ['client_id'],
    guesses: [],
  },
]

/** A value that no parameter has. */
const nonsense = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).map((text) => `?${text}`),
  fc.constantFrom('x'.repeat(20_000), '\0', '%00', '\r\nSet-Cookie: x=y', '__proto__', '{}', '[]', 'null', '1e400', '../..', "' OR 1=1 --"),
)

function wellFormed(answer: Wire, told: string): void {
  assert.ok(answer.status === 400 || answer.status === 401, told)
  assert.match(refusalOf(answer), /^40[01] [a-z_]+ \d+$/, told)
  assert.equal(answer.headers.get('set-cookie'), null, told)
}

for (const { what, path, good, needs, guesses } of subjects) {
  const post = (form: Form | URLSearchParams) => ask(scene, path, { form, headers: elsewhere() })
  test(`a form with ${what}: each parameter that is left out, empty, sent twice or wrong alone is refused in Entra's words`, async () => {
    const right = await post(await good())
    assert.equal(right.status, 200, right.text)
    const known = Object.keys(await good())
    for (const name of known) {
      const form = await good()
      const { [name]: value = '', ...without } = form
      if (needs.includes(name))
        for (const missing of [without, { ...form, [name]: '' }]) {
          const answer = await post(missing)
          wellFormed(answer, `${name} missing: ${answer.text}`)
          assert.ok(answer.text.includes(name) || /client_assertion|scope/.test(answer.text), `${name} is named: ${answer.text}`)
        }
      const twice = new URLSearchParams(form)
      twice.append(name, value)
      const answer = await post(twice)
      wellFormed(answer, `${name} twice: ${answer.text}`)
      assert.ok(answer.text.includes(`'${name}'`), answer.text)
      await fc.assert(
        fc.asyncProperty(nonsense, async (wrong) => {
          const refused = await post({ ...(await good()), [name]: wrong })
          const told = `${name}=${wrong.slice(0, 60)}: ${refused.status} ${refused.text.slice(0, 300)}`
          wellFormed(refused, told)
          // What was guessed is not said again; what is wrong in the form itself may be.
          if (guesses.includes(name) && wrong.length > 3 && name !== 'redirect_uri') assert.ok(!refused.text.includes(wrong), told)
        }),
        { numRuns: 4 },
      )
    }
  })
}

test('a resource that every object has a member of is no resource', async () => {
  const form = { grant_type: 'client_credentials', client_id: program.appId, client_secret: secret }
  for (const resource of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    for (const asked of [{ resource }, { scope: `${resource}/.default` }])
      wellFormed(await ask(scene, adfsToken, { form: { ...form, ...asked } as Form }), resource)
})

test('a body that is no form, or a form of anything, is refused and nothing more', async () => {
  for (const path of [adfsToken, entraToken, '/adfs/oauth2/devicecode', '/common/login', '/devicelogin/answer'])
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.dictionary(
            fc.constantFrom('grant_type', 'client_id', 'scope', 'resource', 'code', 'ticket', 'username', '__proto__', 'x'),
            fc.string({ maxLength: 30 }),
          ),
          fc.constant({}),
        ),
        async (fields) => {
          const answer = await ask(scene, path, { form: new URLSearchParams(Object.entries(fields)) })
          assert.ok(
            answer.status === 400 || answer.status === 401,
            `${path} ${JSON.stringify(fields)} ${answer.status} ${answer.text.slice(0, 200)}`,
          )
        },
      ),
      { numRuns: 25 },
    )
})
