import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { createUser } from '#app/identity/users.ts'
import { azureCli, openPlane, type Plane, succeeded } from '../../world/plane.ts'
import { makeMap, makeToken, passwordOf } from '../../world/plane-credentials.ts'
import { type Answer, basic, header, json, send } from '../../world/send.ts'

let plane: Plane
before(async () => {
  plane = await openPlane()
})
after(() => plane.stop())

interface Guess {
  username?: string
  password?: string
  headers?: Record<string, string>
}

/** A person's name and password, from an address that a trusted proxy names. */
const signIn = (at: Plane, { username = at.owner.name, password = at.owner.password, headers = {} }: Guess): Promise<Answer> =>
  send(at.door, 'POST', '/adfs/oauth2/token', {
    as: 'nobody',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams({ grant_type: 'password', client_id: azureCli, resource: at.control, username, password }).toString(),
  })
const from = (address: string) => ({ 'x-forwarded-for': address })

test('C9 Harbor CVE-2024-22244: nobody is sent to a foreign address, by no parameter and no spelling of a path', async () => {
  const question = {
    client_id: azureCli,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'a'.repeat(43),
    code_challenge_method: 'S256',
    state: 'x',
  }
  const evil = [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    'http:evil.example',
    '/%09/evil.example',
    'http://localhost@evil.example',
    'http://localhost:8400@evil.example',
    'http://user@localhost:8400',
    'http://localhost.evil.example',
    'http://evil.example/localhost',
    'http://127.0.0.1.evil.example',
    'http://localhost#@evil.example',
    'https://localhost',
    'javascript:alert(1)//localhost',
    'data:text/html,x',
    'file://localhost/etc/passwd',
    'urn:ietf:wg:oauth:2.0:oob',
    ' ',
    '\thttp://evil.example',
    `http://localhost/${'a'.repeat(2000)}`,
  ]
  for (const redirect of evil)
    for (const error of [{}, { prompt: 'none' }, { response_type: 'token' }, { response_mode: 'form_post' }]) {
      const query = new URLSearchParams({ ...question, redirect_uri: redirect, ...error })
      const answer = await send(plane.door, 'GET', `/adfs/oauth2/authorize?${query}`, { as: 'nobody' })
      assert.ok(answer.status >= 400 && answer.status < 500, `${redirect} ${answer.status}`)
      assert.equal(answer.headers.location, undefined, redirect)
      assert.ok(!/(?:action|href|url)=["']?[^"']*evil/i.test(answer.body.toString()), redirect)
    }
  const paths = [
    '//evil.example/',
    '//evil.example/v2/',
    '/\\evil.example/',
    '/v2//evil.example/',
    '//evil.example/%2f..',
    '/adfs//evil.example/',
  ]
  for (const path of paths)
    for (const query of [
      '',
      '?return=//evil.example',
      '?returnUrl=https://evil.example',
      '?post_logout_redirect_uri=https://evil.example',
    ]) {
      const { status, headers } = await send(plane.door, 'GET', path + query, { as: 'nobody' })
      assert.ok(status >= 400 && headers.location === undefined, path)
    }
  for (const path of [
    '/devicelogin',
    '/common/login',
    '/adfs/.well-known/openid-configuration',
    '/subscriptions',
    '/metadata/endpoints?api-version=2022-09-01',
  ])
    for (const query of ['redirect_uri', 'return', 'callback', 'ru', 'wreply']) {
      const url = `${path}${path.includes('?') ? '&' : '?'}${query}=https://evil.example/`
      const answer = await send(plane.door, 'GET', url, { as: 'nobody' })
      assert.ok(answer.headers.location === undefined && !answer.body.includes('evil.example'), url)
    }
})

test('C10 Harbor CVE-2023-20902: secrets of the directory are compared in constant time', () => {
  for (const file of [
    ...globSync('src/app/identity/*.ts'),
    ...globSync('src/adapters/system/*.ts'),
    ...globSync('src/surfaces/entra/*.ts'),
  ]) {
    if (file.endsWith('.test.ts')) continue
    const source = readFileSync(file, 'utf8')
    const compared =
      source.match(/[^\n]*(?:\.hash|secretHash|hashOfSecret\([^)]*\)|password|presented)\s*[!=]==(?!\s*(?:undefined|null|''))[^\n]*/g) ?? []
    assert.deepEqual(compared, [], file)
  }
  assert.match(readFileSync('src/app/identity/credentials.ts', 'utf8'), /timingSafeEqual\(presented/)
})

// That it costs the same is shown by test/model/sign-in.test.ts.
test('C10 a person that there is not gets the answer that a wrong password gets', async () => {
  const disabled = await plane.user('c10')
  succeeded(await plane.graph('PATCH', `/users/${disabled.id}`, { body: { accountEnabled: false } }), 204)
  const texts = new Set<string>()
  for (let i = 0; i < 4; i++)
    for (const username of [plane.owner.name, `stranger-${i}@longshore.localhost`, disabled.name]) {
      const answer = await signIn(plane, { username, password: 'wrong', headers: from(`10.9.${i}.1`) })
      const { error, error_codes: codes, error_description: text } = json<Record<string, string>>(answer)
      texts.add(JSON.stringify([answer.status, error, codes, text?.replace(/ Trace ID.*/s, ''), Object.keys(answer.headers)]))
    }
  assert.equal(texts.size, 1, [...texts].join())
})

test('C11 Harbor CVE-2026-4404: no installation has a password of another, nor one that can be guessed', async () => {
  const other = await openPlane()
  try {
    assert.notEqual(other.owner.password, plane.owner.password)
    assert.match(plane.owner.password, /^[A-Za-z0-9]{5}(?:-[A-Za-z0-9]{5}){3}$/)
    assert.notEqual(other.tenantId, plane.tenantId)
    const guesses = ['owner', 'admin', 'password', 'Harbor12345', '', 'longshore', other.owner.password]
    for (const [index, password] of guesses.entries())
      for (const username of [plane.owner.name, 'owner', 'admin', 'root', 'administrator@longshore.localhost']) {
        const { status } = await signIn(plane, { username, password, headers: from(`10.8.${index}.1`) })
        assert.equal(status, 400, `${username} ${password}`)
      }
    for (const path of ['/subscriptions?api-version=2022-12-01', '/graph/v1.0/users'])
      for (const as of ['nobody', { token: other.owner.token }] as const)
        assert.equal((await send(plane.door, 'GET', path, { as })).status, 401, path)
  } finally {
    await other.stop()
  }
  const registry = await plane.registry('withoutadmin', { adminUserEnabled: false })
  assert.equal((await plane.arm('POST', `${registry.id}/listCredentials`)).status, 400, 'an admin user is off until it is asked for')
})

test('C13 ArgoCD GO-2024-2652: guessing a person or a program is slowed down whatever the client calls itself', async () => {
  const alone = await openPlane({ proxies: [] })
  try {
    const program = await alone.program('c13')
    const secretOf = (username: string, password: string, headers: Record<string, string>) =>
      send(alone.door, 'POST', '/adfs/oauth2/token', {
        as: 'nobody',
        headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: basic(username, password), ...headers },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: alone.control }).toString(),
      })
    const person = (username: string, password: string, headers: Record<string, string>) => signIn(alone, { username, password, headers })
    const { user } = await createUser(alone.door.open.deps, { login: 'never-seen' })
    for (const [name, guess] of [
      [user.login ?? '', person],
      [program.name, secretOf],
    ] as const) {
      let slowed = 0
      for (let i = 0; i < 40; i++) {
        const spelled = [name, name.toUpperCase(), ` ${name}`][guess === person ? i % 3 : i % 2] ?? name
        const headers = {
          'x-forwarded-for': `10.0.${i}.1`,
          forwarded: `for=10.1.${i}.1`,
          'x-real-ip': `10.2.${i}.1`,
          'user-agent': `guesser/${i}`,
        }
        const answer = await guess(spelled, `guess-${i}`, headers)
        if (answer.status === 429) {
          slowed++
          assert.ok(Number(header(answer, 'retry-after')) >= 1)
        } else assert.ok(answer.status === 400 || answer.status === 401, String(answer.status))
        assert.ok(i < 22 || answer.status === 429, `try ${i}`)
      }
      assert.ok(slowed >= 15, `${slowed}`)
    }
    const other = await alone.program('c13-other')
    assert.equal((await secretOf(other.name, other.password, {})).status, 200, 'others from the same address go on')
  } finally {
    await alone.stop()
  }
})

test('C13 the owner is not locked out from another address', async () => {
  for (let i = 0; i < 25; i++) await signIn(plane, { password: 'wrong', headers: from('203.0.113.9') })
  assert.equal((await signIn(plane, { headers: from('203.0.113.9') })).status, 429)
  assert.equal((await signIn(plane, { headers: from('198.51.100.7') })).status, 200)
})

test('C14 each character of a password counts, of a person’s, a program’s and a token’s', async () => {
  const { id, ask } = await plane.registry('characters')
  await makeMap(plane, id, 'guests', ['repositories/a/content/read'])
  await makeToken(plane, id, 'guest', 'guests')
  const [program, guest] = [await plane.program('c14'), await passwordOf(plane, id, 'guest')]
  const long = { ...(await plane.user('c14')), password: `Aa1!${'x'.repeat(200)}` }
  succeeded(await plane.graph('PATCH', `/users/${long.id}`, { body: { passwordProfile: { password: long.password } } }), 204)
  const changed = (password: string): string[] =>
    [
      `${password}x`,
      password.slice(0, -1),
      password.slice(0, 72),
      password.slice(0, 32),
      ` ${password}`,
      `${password} `,
      password.toUpperCase(),
      `${password}\0`,
    ].filter((each) => each !== password)
  assert.equal((await signIn(plane, { username: long.name, password: long.password })).status, 200)
  for (const [index, password] of changed(long.password).entries())
    assert.equal((await signIn(plane, { username: long.name, password, headers: from(`10.7.${index}.1`) })).status, 400, `person ${index}`)
  for (const [index, secret] of changed(program.password).entries()) {
    const answer = await plane.grant({
      grant_type: 'client_credentials',
      client_id: program.name,
      client_secret: secret,
      resource: plane.control,
    })
    assert.equal(answer.status, 401, `program ${index}`)
  }
  assert.equal((await ask('GET', '/v2/', { as: guest })).status, 200)
  for (const [index, password] of changed(guest.password).entries())
    assert.equal((await ask('GET', '/v2/', { as: { user: guest.user, password } })).status, 401, `token ${index}`)
})
