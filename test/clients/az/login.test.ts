// az login in each of its ways, and the account that it leaves.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { succeed } from '../command.ts'
import { answerPages } from './pages.ts'
import { onStage } from './stage.ts'

interface Account {
  id: string
  tenantId: string
  cloudName: string
  state: string
  isDefault: boolean
  user: { name: string; type: string }
}

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

/** What another process is about to write. */
async function contentOf(file: string): Promise<string> {
  for (let tries = 0; tries < 100 && !existsSync(file); tries++) await pause(50)
  return readFile(file, 'utf8')
}

onStage('login', (stage) => {
  test('a user by name and password; the account is the subscription that the first start made', async () => {
    const person = await stage.newProfile()
    const [account, ...others] = await person.az<Account[]>('login', '-u', 'owner', '-p', stage.ownerPassword)
    assert.equal(others.length, 0)
    assert.ok(account)
    assert.deepEqual(
      { state: account.state, cloud: account.cloudName, isDefault: account.isDefault, type: account.user.type },
      { state: 'Enabled', cloud: 'Longshore', isDefault: true, type: 'user' },
    )
    assert.match(account.user.name, /^owner@/)
    assert.match(account.id, /^[0-9a-f-]{36}$/)
    const shown = await person.az<Account & { environmentName: string }>('account', 'show')
    assert.equal(shown.environmentName, 'Longshore')
    assert.deepEqual([shown.id, shown.user], [account.id, account.user])
  })

  test('a wrong password, and a user who is not there, get the same words', async () => {
    const person = await stage.newProfile()
    const wrong = await person.fails(/AADSTS50126/, 'login', '-u', 'owner', '-p', 'not-the-password')
    const absent = await person.fails(/AADSTS50126/, 'login', '-u', 'nobody', '-p', 'not-the-password')
    const bare = (text: string) => /AADSTS50126[^\r\n.]*/.exec(text)?.[0]
    assert.equal(bare(wrong), bare(absent))
    await person.fails(/az login/, 'account', 'show')
  })

  test('a service principal by secret', async () => {
    const { appId, password, tenant, displayName } = await stage.servicePrincipal(
      'by-secret',
      'Reader',
      `/subscriptions/${stage.subscription}`,
    )
    assert.equal(displayName, 'by-secret')
    const person = await stage.newProfile()
    const login = ['login', '--service-principal', '-u', appId, '--tenant', tenant, '-p']
    await person.fails(/AADSTS7000215/, ...login, 'not-the-secret')
    const [account] = await person.az<Account[]>(...login, password)
    assert.deepEqual(account?.user, { name: appId, type: 'servicePrincipal' })
    assert.equal(account.tenantId, tenant)
    assert.equal(account.id, stage.subscription)
  })

  test('a service principal by certificate', async () => {
    const { appId, tenant } = await stage.servicePrincipal('by-certificate', 'Reader', `/subscriptions/${stage.subscription}`)
    const [key, cert, pem] = ['key', 'crt', 'pem'].map((end) => join(stage.directory, `sp.${end}`)) as [string, string, string]
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=by-certificate']
    await succeed('openssl', [...request, '-keyout', key, '-out', cert])
    await writeFile(pem, `${await readFile(key, 'utf8')}${await readFile(cert, 'utf8')}`)
    await stage.owner.az('ad', 'app', 'credential', 'reset', '--id', appId, '--cert', `@${cert}`, '--append')
    const person = await stage.newProfile()
    const [account] = await person.az<Account[]>('login', '--service-principal', '-u', appId, '--certificate', pem, '--tenant', tenant)
    assert.deepEqual(account?.user, { name: appId, type: 'servicePrincipal' })
    const other = join(stage.directory, 'other.pem')
    await succeed('openssl', [...request, '-keyout', `${other}.key`, '-out', `${other}.crt`])
    await writeFile(other, `${await readFile(`${other}.key`, 'utf8')}${await readFile(`${other}.crt`, 'utf8')}`)
    const stranger = await stage.newProfile()
    await stranger.fails(/AADSTS700027/, 'login', '--service-principal', '-u', appId, '--certificate', other, '--tenant', tenant)
  })

  test('a device code, with the page in a browser', async () => {
    const person = await stage.newProfile()
    const invitation = /(https:\/\/\S+?)[ ,].*code ([A-Z0-9-]+)/s
    const [account] = await person.azWhile<Account[]>(['login', '--use-device-code'], invitation, async ([, page = '', code = '']) => {
      const last = await answerPages(page, await readFile(stage.caFile, 'utf8'), {
        code,
        username: 'owner',
        password: stage.ownerPassword,
      })
      assert.doesNotMatch(last, /<input[^>]+type="?password/i, 'nothing more is asked')
    })
    assert.equal(account?.id, stage.subscription)
    assert.match(account.user.name, /^owner@/)
  })

  test('a browser: az opens it and waits on its own machine for the answer', async () => {
    const person = await stage.newProfile()
    const home = person.env.HOME ?? ''
    const [browser, opened] = [join(home, 'browser'), join(home, 'opened')]
    await writeFile(browser, `#!/bin/sh\nprintf %s "$1" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`, { mode: 0o755 })
    person.env.BROWSER = browser
    const [account] = await person.azWhile<Account[]>(['login'], /web browser has been opened/, async () => {
      const url = await contentOf(opened)
      assert.equal(new URL(url).searchParams.get('code_challenge_method'), 'S256')
      const last = await answerPages(url, await readFile(stage.caFile, 'utf8'), {
        code: '',
        username: 'owner',
        password: stage.ownerPassword,
      })
      assert.match(last, /successful|logged/i)
    })
    assert.equal(account?.id, stage.subscription)
    assert.deepEqual([account.user.type, account.user.name.split('@')[0]], ['user', 'owner'])
  })

  test('a token is one of ours, for ARM and for the person who asked', async () => {
    const { accessToken, subscription, tenant, tokenType } = await stage.owner.az<Record<string, string>>('account', 'get-access-token')
    const claims = claimsOf(accessToken ?? '')
    assert.equal(tokenType, 'Bearer')
    assert.equal(subscription, stage.subscription)
    assert.equal(claims.tid, tenant)
    assert.equal(claims.aud, stage.control)
    const graph = await stage.owner.az<{ accessToken: string }>('account', 'get-access-token', '--resource-type', 'ms-graph')
    assert.equal(claimsOf(graph.accessToken).aud, `${stage.control}/graph`)
    const acr = await stage.owner.az<{ accessToken: string }>(
      'account',
      'get-access-token',
      '--scope',
      'https://containerregistry.azure.net/.default',
    )
    assert.equal(claimsOf(acr.accessToken).aud, 'https://containerregistry.azure.net')
  })

  test('account list, list-locations, set, and what is forgotten at logout', async () => {
    const person = await stage.newProfile()
    await person.az('login', '-u', 'owner', '-p', stage.ownerPassword)
    const list = await person.az<Account[]>('account', 'list', '--refresh')
    assert.deepEqual(
      list.map(({ id }) => id),
      [stage.subscription],
    )
    const locations = await person.az<{ name: string; displayName: string }[]>('account', 'list-locations')
    assert.ok(locations.length > 0)
    for (const { name, displayName } of locations) assert.ok(name && displayName)
    await person.az('account', 'set', '--subscription', stage.subscription)
    await person.fails(/doesn't exist/, 'account', 'set', '--subscription', '11111111-2222-3333-4444-555555555555')
    await person.az('logout')
    await person.fails(/az login/, 'acr', 'list')
  })

  test('a subscription is not shown to who has nothing in it', async () => {
    const created = JSON.parse(await stage.cli('identity', 'user', 'create', 'stranger', '--output', 'json')) as { password: string }
    const person = await stage.newProfile()
    await person.fails(/No subscriptions found/, 'login', '-u', 'stranger', '-p', created.password)
    const [account] = await person.az<Account[]>('login', '-u', 'stranger', '-p', created.password, '--allow-no-subscriptions')
    assert.match(account?.user.name ?? '', /^stranger@/)
  })

  test('a new password ends what the old one began', async () => {
    const first = JSON.parse(await stage.cli('identity', 'user', 'create', 'changing', '--output', 'json')) as { password: string }
    const person = await stage.newProfile()
    const login = (password: string) => ['login', '--allow-no-subscriptions', '-u', 'changing', '-p', password]
    await person.az(...login(first.password))
    const second = JSON.parse(await stage.cli('identity', 'user', 'reset-password', 'changing', '--output', 'json')) as { password: string }
    await person.fails(/AADSTS/, ...login(first.password))
    await person.az(...login(second.password))
  })
})
