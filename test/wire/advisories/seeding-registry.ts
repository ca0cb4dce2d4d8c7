import { randomUUID } from 'node:crypto'
import { pushImage } from '../../world/content.ts'
import { succeeded } from '../../world/plane.ts'
import { makeMap, makeToken, tokenUser } from '../../world/plane-credentials.ts'
import { type Answer, basic, json } from '../../world/send.ts'
import type { Seeding } from './seeding.ts'

/** Everything that proves somebody at a registry: used, used where it does not belong, and wrong. */
export async function seedRegistry(seeding: Seeding): Promise<void> {
  const { seeds, server, plane, registry, user, program, ask, stray } = seeding
  const { id, form: own, exchange, accessToken } = registry
  type Credentials = { passwords: { name: string; value: string }[] }
  const addAll = (what: string, answer: Answer) =>
    json<Credentials>(answer).passwords.map(({ name, value }) => seeds.add(`${what} ${name}`, value))
  const [admin = ''] = addAll('admin', succeeded(await plane.arm('POST', `${id}/listCredentials`), 200))
  await makeMap(plane, id, 'guests', ['repositories/a/content/read'])
  await makeToken(plane, id, 'guest', 'guests')
  const generated = await plane.arm('POST', `${id}/generateCredentials`, { body: { tokenId: `${id}/tokens/guest` } })
  const [guest = ''] = addAll('token', succeeded(generated, 200))
  addAll('renewed admin', succeeded(await plane.arm('POST', `${id}/regenerateCredential`, { body: { name: 'password2' } }), 200))
  const refresh = seeds.add('refresh token by exchange', await exchange(user.token))
  for (const [username, password] of [
    ['seeded', admin],
    ['guest', guest],
    [program.name, program.password],
  ] as const) {
    const fields = { grant_type: 'password', username, password, scope: 'repository:a:pull' }
    const got = json<{ access_token: string }>(succeeded(await own('token', fields), 200))
    const access = seeds.add(`access token of ${username}`, got.access_token)
    for (const as of [
      { user: username, password },
      { token: access },
      { user: tokenUser, password: refresh },
      { token: refresh },
      { user: refresh, password: access },
    ])
      for (const path of [
        '/v2/',
        '/v2/a/tags/list',
        '/v2/_catalog',
        '/acr/v1/_catalog',
        '/acr/v1/a',
        `/oauth2/token?service=${registry.host}&scope=repository:a:pull`,
      ])
        await registry.ask('GET', path, { as })
  }
  seeds.add('access token by exchange', await accessToken(refresh, 'registry:catalog:*'))
  for (const token of [refresh, admin, stray('token for an exchange')])
    await own('exchange', { grant_type: 'access_token', access_token: token })
  await own('token', { grant_type: 'refresh_token', refresh_token: stray('refresh token of nobody'), scope: 'repository:a:pull' })
  await own('token', { grant_type: 'fly', password: admin })
  const image = await pushImage(server, 'seeded/image', 'v1')
  for (const path of ['/v2/seeded/image/manifests/v1', '/acr/v1/seeded/image/_manifests', `/v2/seeded/image/blobs/${image.digest}`])
    await ask('GET', `${path}?access_token=${stray('access token in a URL')}`, {
      headers: { authorization: basic(server.user, server.password) },
    })
  for (const authorization of [
    `Basic ${admin}`,
    `Digest ${admin}`,
    admin,
    basic(admin, ''),
    basic(stray('password as a name'), 'x'),
    `Bearer ${stray('bearer')}`,
  ])
    for (const path of ['/v2/', '/acr/v1/_catalog', '/oauth2/token', '/subscriptions?api-version=2022-12-01', '/graph/v1.0/me', '/nowhere'])
      await ask('GET', path, { headers: { authorization } })
}

/** Passwords and secrets in bodies of Graph and ARM, most of them where they may not be. */
export async function seedGraph(seeding: Seeding): Promise<void> {
  const { seeds, plane, registry, user, program, stray } = seeding
  const body = (profile: unknown) => ({
    accountEnabled: true,
    displayName: 'x',
    mailNickname: 'x',
    userPrincipalName: `x${randomUUID()}@longshore.localhost`,
    passwordProfile: profile,
  })
  for (const profile of [
    { password: stray('password of a new user') },
    { password: `${stray('weak password')}`.toLowerCase().slice(0, 14) },
    { password: [stray('password in a list')] },
    stray('profile that is a password'),
    { password: stray('password to be changed'), forceChangePasswordNextSignIn: true },
    { password: 5, secret: stray('unknown property') },
  ])
    await plane.graph('POST', '/users', { body: body(profile) })
  await plane.graph('PATCH', `/users/${user.id}`, { body: { passwordProfile: [stray('password as a list')] } })
  await plane.graph('PATCH', `/users/${user.id}`, { body: `{"passwordProfile":{"password":"${stray('password in broken JSON')}` })
  await plane.graph('POST', '/applications', {
    body: { displayName: 'x', passwordCredentials: [{ secretText: stray('secret of one’s own') }] },
  })
  for (const [collection, id] of [
    ['servicePrincipals', program.id],
    ['applications', program.id],
  ] as const) {
    const added = await plane.graph('POST', `/${collection}/${id}/addPassword`, { body: { passwordCredential: { displayName: 'x' } } })
    if (added.status === 200) seeds.add('another client secret', json<{ secretText: string }>(added).secretText)
  }
  for (const broken of [
    `{"name":"${stray('JSON of ARM')}`,
    `{"properties":{"credentials":{"passwords":[{"name":"password1","value":"${stray('password of a token')}"}]}}}`,
    `[{"value":"${stray('list for ARM')}"}]`,
  ])
    for (const [method, path] of [
      ['PATCH', `${registry.id}/tokens/guest`],
      ['PATCH', registry.id],
      ['POST', `${registry.id}/generateCredentials`],
      ['PUT', `${registry.id}/scopeMaps/broken`],
    ] as const)
      await plane.arm(method, path, { body: broken })
}

/** Whatever can be read, as who may read everything. */
export async function readEverything(seeding: Seeding): Promise<void> {
  const { plane, registry, user, program, ask } = seeding
  const { subscription } = plane
  const group = registry.id.replace(/\/providers.*/s, '')
  const paths = [
    '/tenants',
    '/subscriptions',
    subscription,
    '/providers',
    '/providers/Microsoft.ContainerRegistry/operations',
    ...['locations', 'resources', 'resourcegroups', 'tagNames', 'providers', 'providers/Microsoft.ContainerRegistry/registries'].map(
      (each) => `${subscription}/${each}`,
    ),
    group,
    `${group}/resources`,
    registry.id,
    `${registry.id}/listUsages`,
    `${registry.id}/providers/Microsoft.Resources/tags/default`,
    ...[
      'tokens',
      'tokens/guest',
      'scopeMaps',
      'scopeMaps/guests',
      'webhooks',
      'replications',
      'credentialSets',
      'cacheRules',
      'connectedRegistries',
      'tasks',
      'runs',
      'missing',
    ].map((each) => `${registry.id}/${each}`),
    ...['', subscription, registry.id].flatMap((scope) =>
      ['roleAssignments', 'roleDefinitions', 'permissions'].map((each) => `${scope}/providers/Microsoft.Authorization/${each}`),
    ),
  ]
  for (const as of [plane.owner, user, program]) {
    for (const path of paths) await plane.arm('GET', path, { as })
    for (const collection of ['users', 'groups', 'applications', 'servicePrincipals']) {
      const listed = json<{ value: { id: string }[] }>(succeeded(await plane.graph('GET', `/${collection}?$top=999`, { as }), 200))
      for (const { id } of listed.value)
        for (const select of ['', '?$select=id,passwordProfile,passwordCredentials,keyCredentials,displayName'])
          await plane.graph('GET', `/${collection}/${id}${select}`, { as })
    }
    for (const path of ['/me', '/me/memberOf', '/organization', `/directoryObjects/${user.id}`]) await plane.graph('GET', path, { as })
  }
  for (const path of [
    '/metadata/endpoints?api-version=2022-09-01',
    '/adfs/.well-known/openid-configuration',
    '/adfs/discovery/keys',
    '/common/discovery/instance?authorization_endpoint=x',
    '/common/userrealm/x',
    '/devicelogin',
    '/oauth2/keys',
    '/v2/',
    '/nowhere',
  ])
    await ask('GET', path)
}
