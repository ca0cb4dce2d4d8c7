import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import assert from 'node:assert/strict'
import { SignJWT } from 'jose'
import { azureCli, succeeded } from '../../world/plane.ts'
import { type Answer, basic, header, json } from '../../world/send.ts'
import type { Seeding } from './seeding.ts'

/** Everything that proves a person or a program to the authority: good, wrong, and where it does not belong. */
export async function seedPeople(seeding: Seeding): Promise<void> {
  const { seeds, plane, user, program, ask, form, stray } = seeding
  const { control } = plane
  const client = { client_id: azureCli, resource: control }
  const password = { ...client, grant_type: 'password', username: user.name, password: user.password }
  const got = json<Record<'access_token' | 'refresh_token' | 'id_token', string>>(
    succeeded(
      await form('/adfs/oauth2/v2.0/token', { ...password, scope: `${control}/.default openid offline_access`, client_info: '1' }),
      200,
    ),
  )
  for (const name of ['access_token', 'refresh_token', 'id_token'] as const) seeds.add(`${name} of a user`, got[name])
  for (const resource of [`${control}/graph`, 'https://containerregistry.azure.net'])
    seeds.add(`token for ${resource}`, await plane.tokenOf(user, resource))
  await form('/adfs/oauth2/token', { ...client, grant_type: 'refresh_token', refresh_token: got.refresh_token })
  const wrong = { ...password, password: stray('wrong password') }
  for (const fields of [
    wrong,
    { ...password, username: stray('password typed as a name') },
    { ...password, resource: 'https://evil.example', client_secret: stray('client secret of az') },
    { ...password, grant_type: 'fly' },
    { ...password, client_id: randomUUID() },
    { ...client, grant_type: 'refresh_token', refresh_token: stray('refresh token that is none') },
    {
      ...client,
      grant_type: 'authorization_code',
      code: stray('code that is none'),
      redirect_uri: 'http://localhost',
      code_verifier: stray('verifier of no code'),
    },
    { ...client, grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: stray('device code that is none') },
    { grant_type: 'client_credentials', client_id: program.name, client_secret: stray('wrong client secret'), resource: control },
    { grant_type: 'client_credentials', client_id: program.name, client_secret: program.password, scope: 'x' },
    {
      grant_type: 'client_credentials',
      client_id: program.name,
      client_assertion: stray('assertion'),
      client_assertion_type: 'x',
      resource: control,
    },
  ])
    await form('/adfs/oauth2/token', fields as Record<string, string>)
  const twice: [string, string][] = [...Object.entries(password), ['password', stray('second password')]]
  await form('/adfs/oauth2/token', twice)
  await ask('GET', `/adfs/oauth2/token?${new URLSearchParams(wrong).toString()}`)
  await form(
    '/adfs/oauth2/token',
    { grant_type: 'client_credentials', resource: control },
    { authorization: basic(program.name, stray('wrong Basic secret')) },
  )
  await form(`/${randomUUID()}/oauth2/token`, wrong)
  await seedCode(seeding)
  await seedDevice(seeding)
  await seedCertificate(seeding)
}

const inputs = (answer: Answer): Record<string, string> =>
  Object.fromEntries(
    [...answer.body.toString().matchAll(/<input [^>]*?name="([^"]+)"[^>]*?(?:value="([^"]*)")?>/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
const cookie = (answer: Answer): Record<string, string> => ({ cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' })

async function seedCode(seeding: Seeding): Promise<void> {
  const { seeds, plane, user, ask, form, stray } = seeding
  const verifier = seeds.add('verifier', randomBytes(32).toString('base64url'))
  const redirect = 'http://localhost:8400/'
  const question = {
    client_id: azureCli,
    response_type: 'code',
    redirect_uri: redirect,
    scope: `${plane.control}/.default offline_access`,
    state: 'x',
  }
  const challenge = { code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' }
  const page = succeeded(await ask('GET', `/adfs/oauth2/authorize?${new URLSearchParams({ ...question, ...challenge })}`), 200)
  const fields = { ...inputs(page), username: user.name }
  await form('/common/login', { ...fields, password: stray('wrong password on the page') }, cookie(page))
  await form('/common/login', { ...fields, password: user.password })
  const back = succeeded(await form('/common/login', { ...fields, password: user.password }, cookie(page)), 303)
  const code = seeds.add('authorization code', new URL(header(back, 'location')).searchParams.get('code') ?? '')
  const redeem = {
    grant_type: 'authorization_code',
    client_id: azureCli,
    redirect_uri: redirect,
    code,
    code_verifier: verifier,
    resource: plane.control,
  }
  const got = json<{ refresh_token: string }>(succeeded(await form('/adfs/oauth2/token', redeem), 200))
  seeds.add('refresh token by code', got.refresh_token)
  await form('/adfs/oauth2/token', redeem)
}

async function seedDevice(seeding: Seeding): Promise<void> {
  const { seeds, plane, user, ask, form, stray } = seeding
  const asked = json<{ device_code: string; user_code: string }>(
    succeeded(await form('/adfs/oauth2/devicecode', { client_id: azureCli, resource: plane.control }), 200),
  )
  const fetch = {
    grant_type: 'device_code',
    client_id: azureCli,
    device_code: seeds.add('device code', asked.device_code),
    resource: plane.control,
  }
  await form('/adfs/oauth2/token', fetch)
  const page = await ask('GET', '/devicelogin')
  const typed = succeeded(await form('/devicelogin/answer', { ...inputs(page), code: asked.user_code }, cookie(page)), 200)
  const answer = { ...inputs(typed), answer: 'grant', username: user.name }
  await form('/devicelogin/answer', { ...answer, password: stray('wrong password for a device') }, cookie(typed))
  succeeded(await form('/devicelogin/answer', { ...answer, password: user.password }, cookie(typed)), 200)
  const got = json<{ access_token: string; refresh_token: string }>(succeeded(await form('/adfs/oauth2/token', fetch), 200))
  seeds.add('refresh token by device', got.refresh_token)
  await form('/adfs/oauth2/token', fetch)
}

/** A program's private key, where it belongs (in its hands) and where somebody pastes it. */
async function seedCertificate(seeding: Seeding): Promise<void> {
  const { seeds, plane, program, form } = seeding
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const middle = seeds.add('private key of a certificate', pem.split('\n')[3])
  const applications = json<{ value: { id: string }[] }>(
    await plane.graph('GET', `/applications?$filter=appId eq '${program.name}'`.replaceAll(' ', '%20')),
  )
  const id = applications.value[0]?.id ?? ''
  for (const key of [pem, Buffer.from(pem).toString('base64'), middle])
    for (const [method, path] of [
      ['PATCH', `/applications/${id}`],
      ['PATCH', `/servicePrincipals/${program.id}`],
    ] as const) {
      const credential = { type: 'AsymmetricX509Cert', usage: 'Verify', key }
      assert.equal((await plane.graph(method, path, { body: { keyCredentials: [credential] } })).status, 400)
    }
  const assertion = await new SignJWT({
    iss: program.name,
    sub: program.name,
    aud: `${plane.control}/adfs/oauth2/token`,
    jti: randomUUID(),
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', x5t: 'AAAA' })
    .setExpirationTime('5m')
    .sign(privateKey)
  const proof = {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: seeds.add('client assertion', assertion),
  }
  await form('/adfs/oauth2/token', { grant_type: 'client_credentials', client_id: program.name, resource: plane.control, ...proof })
  await form('/adfs/oauth2/token', {
    grant_type: 'client_credentials',
    client_id: program.name,
    resource: plane.control,
    client_secret: pem,
  })
}
