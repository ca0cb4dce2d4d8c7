import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { preferredLanguage } from '#http/language.ts'
import { languages } from '#words/messages.ts'
import { azureCli } from '../world/people.ts'
import { adfsToken, alice, ask, claimsOf, type EntraScene, minute, openEntra, refusalOf, tenant, type Wire } from '../world/authority.ts'

let scene: EntraScene
before(async () => {
  scene = await openEntra()
})
after(() => scene.stop())
beforeEach(() => scene.restart())

const verifier = randomBytes(32).toString('base64url')
const question = (more: Record<string, string> = {}) => ({
  client_id: azureCli,
  response_type: 'code',
  redirect_uri: 'http://localhost:8400',
  scope: `${scene.origin}/.default offline_access openid profile`,
  state: 'the "state" <of> the&program',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
  nonce: 'nonce-1',
  client_info: '1',
  prompt: 'select_account',
  claims: '{"access_token":{"xms_cc":{"values":["CP1"]}}}',
  ...more,
})
const authorize = (more: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  ask(scene, `/adfs/oauth2/authorize?${new URLSearchParams(question(more)).toString()}`, { headers })

const entity: Record<string, string> = { '&quot;': '"', '&lt;': '<', '&gt;': '>', '&amp;': '&', '&#39;': "'" }
const unescaped = (text: string) => text.replace(/&(?:quot|lt|gt|amp|#39);/g, (each) => entity[each] ?? each)
/** The form of a page as a browser sees it. */
function formOf({ text }: Wire): { action: string; fields: Record<string, string> } {
  const action = /<form method="post" action="([^"]*)"/.exec(text)?.[1] ?? ''
  const inputs = [...text.matchAll(/<input [^>]*?name="([^"]+)"[^>]*?(?:value="([^"]*)")?>/g)]
  return { action: unescaped(action), fields: Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, unescaped(value)])) }
}
const cookieOf = ({ headers }: Wire): string => headers.get('set-cookie')?.split(';')[0] ?? ''
const submit = (page: Wire, fields: Record<string, string>, headers: Record<string, string> = {}) => {
  const form = formOf(page)
  return ask(scene, form.action, { form: { ...form.fields, ...fields }, headers: { cookie: cookieOf(page), ...headers } })
}
const credentials = { username: alice.login, password: alice.password }
const policyOf = ({ headers }: Wire): string => headers.get('content-security-policy') ?? ''

function assertIsPage(page: Wire, status: number, language = 'en'): void {
  assert.equal(page.status, status)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  assert.ok(page.text.includes(`<html lang="${language}">`))
  assert.equal(/<script|javascript:| on[a-z]+=/i.test(page.text), false, 'no script')
  const policy = policyOf(page)
  for (const each of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]) assert.ok(policy.includes(each), each)
  const style = /<style>([^]*?)<\/style>/.exec(page.text)?.[1] ?? ''
  assert.ok(policy.includes(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`))
  assert.equal(page.headers.get('cache-control'), 'no-store')
  assert.equal(page.headers.get('x-frame-options'), 'DENY')
  assert.equal(page.headers.get('referrer-policy'), 'no-referrer')
}

const redeem = (code: string | undefined, more: Record<string, string> = {}) =>
  ask(scene, adfsToken, {
    form: {
      grant_type: 'authorization_code',
      client_id: azureCli,
      code: code ?? '',
      redirect_uri: 'http://localhost:8400',
      code_verifier: verifier,
      client_info: '1',
      ...more,
    },
  })

test('a person signs in in the browser, and the program gets a code in its URL, then tokens', async () => {
  const page = await authorize()
  assertIsPage(page, 200)
  assert.ok(page.text.includes('Azure CLI'))
  assert.ok(policyOf(page).includes("form-action 'self' http://localhost:8400;"))
  const answer = await submit(page, credentials)
  assert.equal(answer.status, 303)
  const url = new URL(answer.headers.get('location') ?? '')
  assert.equal(url.origin, 'http://localhost:8400')
  assert.equal(url.searchParams.get('state'), question().state)
  const clientInfo = JSON.parse(Buffer.from(url.searchParams.get('client_info') ?? '', 'base64url').toString()) as unknown
  assert.deepEqual(clientInfo, { uid: alice.id, utid: tenant.id })
  const { status, json } = await redeem(url.searchParams.get('code') ?? '')
  assert.equal(status, 200)
  assert.equal(claimsOf(json.id_token).nonce, 'nonce-1')
  assert.equal(claimsOf(json.access_token).aud, scene.origin)
  assert.equal(typeof json.refresh_token, 'string')
})

test('with form_post the program gets a form, to its own address only', async () => {
  const redirect = 'http://127.0.0.1:51234/back?x=1'
  const page = await authorize({ response_mode: 'form_post', redirect_uri: redirect })
  const answer = await submit(page, credentials)
  assertIsPage(answer, 200)
  assert.ok(policyOf(answer).includes('form-action http://127.0.0.1:51234;'))
  const { action, fields } = formOf(answer)
  assert.equal(action, redirect)
  assert.equal(fields.state, question().state)
  assert.equal((await redeem(fields.code, { redirect_uri: redirect })).status, 200)
})

test('a redirect to an IPv6 loopback keeps a policy that browsers understand', async () => {
  assert.ok(policyOf(await authorize({ redirect_uri: 'http://[::1]:8400/' })).includes("form-action 'self' http:;"))
})

const strangers = [
  'https://evil.example/',
  'http://evil.example:8400/',
  'http://localhost.evil.example/',
  'http://localhost@evil.example/',
  'http://user@localhost:1/',
  'http://localhost:1/#x',
  'http://localhost:1/#',
  'javascript:alert(1)',
  '//evil.example',
  'http://127.0.0.1.evil.example/',
  'https://localhost/',
]
for (const redirect of strangers)
  test(`nothing is sent to ${redirect}`, async () => {
    const page = await authorize({ redirect_uri: redirect })
    assertIsPage(page, 400)
    assert.equal(page.headers.get('location'), null)
    assert.equal(page.text.includes('<form'), false)
    assert.ok(page.text.includes('AADSTS50011'))
  })

test('an unknown client id, or none, is told to the person', async () => {
  for (const client_id of ['<script>alert(1)</script>', '']) assertIsPage(await authorize({ client_id }), 400)
})

const told: readonly [change: Record<string, string>, error: string][] = [
  [{ response_type: 'token' }, 'unsupported_response_type'],
  [{ code_challenge: '' }, 'invalid_request'],
  [{ code_challenge_method: 'plain' }, 'invalid_request'],
  [{ code_challenge_method: '' }, 'invalid_request'],
  [{ scope: 'https://vault.azure.net/.default' }, 'invalid_resource'],
  [{ scope: '' }, 'invalid_request'],
  [{ prompt: 'none' }, 'login_required'],
]
for (const [change, error] of told)
  test(`the program is told ${error} of ${JSON.stringify(change)}`, async () => {
    const answer = await authorize(change)
    assert.equal(answer.status, 303)
    const url = new URL(answer.headers.get('location') ?? '')
    assert.equal(url.searchParams.get('error'), error)
    assert.match(url.searchParams.get('error_description') ?? '', /^AADSTS\d+: /)
    assert.equal(url.searchParams.get('state'), question().state)
    const posted = await authorize({ ...change, response_mode: 'form_post' })
    assertIsPage(posted, 200)
    assert.equal(formOf(posted).fields.error, error)
  })

test('a wrong password shows the form again, with the name and not the password', async () => {
  const page = await authorize()
  const again = await submit(page, { username: 'al"><b>ice', password: 'wrong-word' })
  assertIsPage(again, 400)
  assert.ok(again.text.includes('role="alert"'))
  assert.equal(again.text.includes('<b>ice'), false)
  assert.equal(formOf(again).fields.username, 'al"><b>ice')
  assert.equal(again.text.includes('wrong-word'), false)
  assert.equal((await submit(again, credentials, { cookie: cookieOf(page) })).status, 303)
})

test('guessing at the page is slowed down', async () => {
  const page = await authorize()
  const elsewhere = { 'x-test-address': '10.0.0.77' }
  for (let each = 0; each < 21; each++) await submit(page, { ...credentials, password: 'wrong' }, elsewhere)
  const slowed = await submit(page, credentials, elsewhere)
  assertIsPage(slowed, 429)
  assert.ok(slowed.text.includes('Too many wrong attempts'))
})

test('a form without its browser, of another browser, from another site, changed or too old signs nobody in', async () => {
  const page = await authorize()
  const other = await authorize()
  assert.notEqual(cookieOf(page), cookieOf(other))
  const stale = async (answer: Promise<Wire>) => {
    const refused = await answer
    assertIsPage(refused, 400)
    assert.ok(refused.text.includes('AADSTS90014'))
    assert.equal(refused.headers.get('location'), null)
  }
  await stale(submit(page, credentials, { cookie: '' }))
  await stale(submit(page, credentials, { cookie: cookieOf(other) }))
  await stale(submit(page, credentials, { 'sec-fetch-site': 'cross-site' }))
  const ticket = formOf(page).fields.ticket ?? ''
  await stale(submit(page, { ...credentials, ticket: (ticket.startsWith('A') ? 'B' : 'A') + ticket.slice(1) }))
  await stale(submit(page, { ...credentials, ticket: 'nonsense' }))
  const device = await ask(scene, '/devicelogin', { headers: { cookie: cookieOf(page) } })
  await stale(submit(page, { ...credentials, ticket: formOf(device).fields.ticket ?? '' }))
  assert.equal((await submit(page, credentials, { 'sec-fetch-site': 'same-origin' })).status, 303)
  scene.time.at += 15 * minute
  await stale(submit(page, credentials))
})

test('a page survives a restart, and a second page in the same browser leaves the first one good', async () => {
  const page = await authorize()
  const second = await authorize({}, { cookie: cookieOf(page) })
  assert.equal(cookieOf(second), cookieOf(page))
  scene.restart()
  assert.equal((await submit(page, credentials)).status, 303)
})

test('the cookie is for this host alone', async () => {
  const plain = (await authorize()).headers.get('set-cookie') ?? ''
  assert.match(plain, /^longshore-sign-in=[\w-]{43}; Path=\/; Max-Age=900; HttpOnly; SameSite=Lax$/)
  const safe = await openEntra({ scheme: 'https' })
  const { headers } = await ask(safe, '/devicelogin')
  assert.match(headers.get('set-cookie') ?? '', /^__Host-longshore-sign-in=.*; Path=\/;.*; Secure$/)
  await safe.stop()
})

const askDevice = async (): Promise<{ userCode: string; poll: () => Promise<Wire> }> => {
  const form = { client_id: azureCli, scope: `${scene.origin}/.default offline_access openid` }
  const { json } = await ask(scene, '/adfs/oauth2/devicecode', { form })
  const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: azureCli, device_code: String(json.device_code) }
  return { userCode: String(json.user_code), poll: () => ask(scene, adfsToken, { form: grant }) }
}

test('a person types the code of a device, sees who asks, signs in, and the device goes on', async () => {
  const { userCode, poll } = await askDevice()
  const first = await ask(scene, '/devicelogin')
  assertIsPage(first, 200)
  assert.ok(policyOf(first).includes("form-action 'self';"))
  const second = await submit(first, { code: userCode.toLowerCase() })
  assertIsPage(second, 200)
  assert.ok(second.text.includes('Azure CLI') && second.text.includes(userCode))
  const wrong = await submit(second, { ...credentials, password: 'wrong', answer: 'grant' }, { cookie: cookieOf(first) })
  assertIsPage(wrong, 400)
  assert.equal(refusalOf(await poll()), '400 authorization_pending 70016')
  const done = await submit(wrong, { ...credentials, answer: 'grant' }, { cookie: cookieOf(first) })
  assertIsPage(done, 200)
  assert.ok(done.text.includes('You may close this page'))
  const { status, json } = await poll()
  assert.equal(status, 200)
  assert.equal(claimsOf(json.id_token).upn, alice.login)
})

test('a person refuses a device', async () => {
  const { userCode, poll } = await askDevice()
  const first = await ask(scene, `/devicelogin?user_code=${userCode}`)
  assert.equal(formOf(first).fields.code, userCode)
  const second = await submit(first, {})
  const refused = await submit(second, { answer: 'refuse' }, { cookie: cookieOf(first) })
  assertIsPage(refused, 200)
  assert.equal(refusalOf(await poll()), '400 authorization_declined 65004')
  assertIsPage(await submit(second, { ...credentials, answer: 'grant' }, { cookie: cookieOf(first) }), 400)
})

test('a code that no device waits for shows the first form again, whatever was typed', async () => {
  const first = await ask(scene, '/devicelogin?otc=%22%3E%3Cimg')
  assert.equal(first.text.includes('"><img'), false)
  const again = await submit(first, { code: '<b>&"' })
  assertIsPage(again, 400)
  assert.equal(again.text.includes('<b>'), false)
  assert.equal(formOf(again).fields.code, '<b>&"')
})

test('the name of a program cannot write into the page', async () => {
  const appId = 'eeeeeeee-0000-0000-0000-000000000001'
  const object = {
    id: appId,
    kind: 'application' as const,
    name: '<i>Bad</i>{code}',
    login: null,
    appId,
    enabled: true,
    details: {},
    createdAt: 0,
  }
  await scene.store.putDirectoryObject({ object })
  const page = await authorize({ client_id: appId, login_hint: '"autofocus' })
  assertIsPage(page, 200)
  assert.equal(page.text.includes('<i>'), false)
  assert.equal(formOf(page).fields.username, '"autofocus')
})

test('pages speak the language of the browser', async () => {
  const titles = { en: 'Sign in', fr: 'Connexion', es: 'Iniciar sesión' }
  for (const [language, title] of Object.entries(titles)) {
    const page = await authorize({}, { 'accept-language': `de, ${language}-XX;q=0.8, en;q=0.5` })
    assertIsPage(page, 200, language)
    assert.ok(page.text.includes(`<h1>${title}</h1>`))
  }
})

test('the language is the one with the most weight that we have', () => {
  const languageOf = (acceptLanguage?: string) => preferredLanguage(acceptLanguage, languages)
  assert.equal(languageOf(), 'en')
  assert.equal(languageOf('de-DE,de;q=0.9'), 'en')
  assert.equal(languageOf('en;q=0.3, es-MX;q=0.8'), 'es')
  assert.equal(languageOf('fr;q=0'), 'en')
  assert.equal(languageOf('constructor, __proto__, fr;q=x, es;q=0.1'), 'es')
})

test('nothing went wrong that nobody expected', () => {
  assert.deepEqual(
    scene.logs.filter((each) => each.unexpected !== undefined).map((each) => each.unexpected),
    [],
  )
})
