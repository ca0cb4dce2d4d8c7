import type { Deps } from '#app/deps.ts'
import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { run } from '#cli/program.ts'
import { argon2Hasher } from '#adapters/system/password-hasher.ts'
import { servicePrincipalBySecret } from '#app/identity/credentials.ts'
import type { GroupSummary } from '#cli/identity-group.ts'
import type { RoleSummary } from '#cli/identity-role.ts'
import type { ServicePrincipalCredential, ServicePrincipalSummary } from '#cli/identity-sp.ts'
import type { UserCredential, UserSummary } from '#cli/identity-user.ts'
import { subscriptionType } from '#core/resource-id.ts'
import { hostOf } from '#main/host.ts'
import { openRegistry } from '../world/open-registry.ts'
import type { Tenant } from '#ports/directory.ts'
import { configOf, Server } from '../world/server.ts'

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

for (const state of ['running', 'stopped'] as const) {
  describe(`identity, on the data folder of a ${state} server`, () => {
    let server: Server
    let tenant: Tenant
    let subscription: string
    before(async () => {
      server = await Server.start()
      ;({ tenant, subscription } = await server.change(prepare))
      if (state === 'stopped') await server.down()
    })
    after(() => server.stop())

    const cli = async (words: string[], input = '') => {
      let [out, problem] = ['', '']
      const host = hostOf({
        env: { LONGSHORE_DATA_DIR: server.dataDir },
        out: (text) => (out += text),
        problem: (text) => (problem += text),
        interruption: () => new AbortController().signal,
        input: async () => input,
      })
      const code = await run(['identity', ...words], host)
      return { code, out, problem }
    }
    const done = async (words: string, input?: string) => {
      const { code, out, problem } = await cli(words.split(' '), input)
      assert.equal(code, 0, problem)
      return out
    }
    const data = async <Shape>(words: string, input?: string) => JSON.parse(await done(`${words} --output json`, input)) as Shape
    const refused = async (words: string, said: RegExp, input?: string) => {
      const { code, out, problem } = await cli(words.split(' '), input)
      assert.equal(out, '')
      assert.match(problem, said)
      assert.ok(!problem.includes('unexpected'), problem)
      return code
    }
    /** Looks into the store as nothing else has it open. */
    const inside = async <Result>(look: (deps: Deps) => Promise<Result>): Promise<Result> => {
      if (state === 'running') return server.change(look)
      const open = await openRegistry(configOf(server.dataDir, {}))
      try {
        return await look(open.deps)
      } finally {
        await open.close()
      }
    }

    test('sp create prints exactly what az ad sp create-for-rbac prints, and the secret is good', async () => {
      const made = await data<ServicePrincipalCredential>('sp create --name ci --role Owner')
      assert.deepEqual(Object.keys(made), ['appId', 'displayName', 'password', 'tenant'])
      assert.match(made.appId, guid)
      assert.deepEqual([made.displayName, made.tenant], ['ci', tenant.id])
      const principal = (await inside((deps) => servicePrincipalBySecret(deps, made.appId, made.password ?? '')))?.principal
      const [role, ...more] = await data<RoleSummary[]>('role list --assignee ci')
      assert.deepEqual(
        [role?.role, role?.scope, role?.principalId, role?.principalType, more.length],
        ['Owner', subscription, principal?.id, 'ServicePrincipal', 0],
      )
      const [credential] = (await data<ServicePrincipalSummary>(`sp show ${made.appId}`)).credentials
      const inAYear = Date.now() + 365 * 86_400_000
      assert.ok(Math.abs(Date.parse(credential?.endsAt ?? '') - inAYear) < 2 * 86_400_000)
      const printed = `${await done('sp list')}${await done('sp show ci')}${await done('sp list --output json')}`
      assert.ok(!printed.includes(made.password ?? '-') && printed.includes(made.appId))
    })

    test('sp reset-credential: the old secret ends, with --append it stays', async () => {
      const { appId, password } = await data<ServicePrincipalCredential>('sp create --name resetter')
      assert.deepEqual(await data('role list --assignee resetter'), [])
      const second = await data<ServicePrincipalCredential>(`sp reset-credential ${appId} --append --years 3`)
      const third = await data<ServicePrincipalCredential>('sp reset-credential resetter')
      const areGood = (...made: ServicePrincipalCredential[]) =>
        inside((deps) =>
          Promise.all(made.map(async (each) => (await servicePrincipalBySecret(deps, appId, each.password ?? '')) !== undefined)),
        )
      assert.deepEqual(await areGood({ ...second, password }, second, third), [false, false, true])
      const fourth = await data<ServicePrincipalCredential>('sp reset-credential resetter --append')
      assert.deepEqual(await areGood(third, fourth), [true, true])
    })

    test('sp create --create-cert makes a key that only this user may read; --cert takes a certificate alone', async () => {
      const file = join(server.dataDir, '..', `${state}.pem`)
      const made = await data<ServicePrincipalCredential & { fileWithCertAndPrivateKey: string }>(
        `sp create --name signer --create-cert ${file} --years 2`,
      )
      assert.deepEqual([made.password, made.fileWithCertAndPrivateKey], [null, file])
      assert.equal(statSync(file).mode & 0o777, 0o600)
      const pem = readFileSync(file, 'utf8')
      const certificate = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')))
      assert.deepEqual(
        createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'pem' }),
        certificate.publicKey.export({ type: 'spki', format: 'pem' }),
      )
      const secrets = (appId: string) =>
        inside(async ({ store }) => store.secrets((await store.directoryObjectsByAppId(appId)).map(({ id }) => id)))
      const [stored, ...more] = await secrets(made.appId)
      assert.equal(more.length, 0)
      assert.equal(new X509Certificate(stored?.certificate ?? '').fingerprint256, certificate.fingerprint256)
      const other = await data<ServicePrincipalCredential>(`sp create --name taker --cert ${file}`)
      assert.equal(other.password, null)
      assert.ok((await secrets(other.appId)).every((each) => !each.certificate?.includes('PRIVATE')))
      assert.equal(await refused(`sp create --name again --create-cert ${file}`, /is there already/), 1)
      assert.equal(await refused(`sp create --name none --cert ${file}.gone`, /no such file/), 1)
      writeFileSync(`${file}.bad`, 'nothing')
      assert.equal(await refused(`sp create --name none --cert ${file}.bad`, /certificate could not be read/), 1)
      const unfinished = `${file}.new`
      assert.equal(await refused(`sp create --name none --role Nonsense --create-cert ${unfinished}`, /Nonsense/), 1)
      assert.equal(existsSync(unfinished), false)
    })

    test('a service principal whose role cannot be given is not made', async () => {
      assert.equal(await refused('sp create --name half --role Nonsense', /Nonsense/), 1)
      assert.equal(await refused('sp create --name half --role Owner --scope /subscriptions/x', /GUID/), 1)
      assert.equal(await refused('sp create --name half --scope /', /scope needs a role/), 1)
      assert.equal(await refused('sp create --name half --years 0', /1 to 100/), 2)
      assert.equal(await refused('sp show half', /does not exist/), 1)
    })

    test('sp delete takes the application with it; a name of two is refused', async () => {
      const { appId } = await data<ServicePrincipalCredential>('sp create --name double')
      await done('sp create --name double --yes')
      assert.equal(await refused('sp delete double', new RegExp(`several.*${appId}`)), 1)
      await done(`sp delete ${appId}`)
      assert.equal(await inside(async ({ store }) => (await store.directoryObjectsByAppId(appId)).length), 0)
      await done('sp delete double')
    })

    test('user create and reset-password print the password; it is the one', async () => {
      const made = await data<UserCredential>('user create alice')
      assert.deepEqual(Object.keys(made), ['userPrincipalName', 'password', 'id'])
      assert.equal(made.userPrincipalName, `alice@${tenant.domain}`)
      assert.match(made.password, /^(?:[A-Za-z2-9]{5}-){3}[A-Za-z2-9]{5}$/)
      const hashOf = () =>
        inside(async ({ store }) => {
          const all = await store.secrets([made.id])
          return all.length === 1 ? (all[0]?.hash ?? '') : ''
        })
      const isPassword = async (password: string, hash: Promise<string>) => argon2Hasher.verify(password, await hash)
      assert.equal(await isPassword(made.password, hashOf()), true)
      const reset = await data<UserCredential>('user reset-password alice')
      const hash = hashOf()
      assert.deepEqual([await isPassword(made.password, hash), await isPassword(reset.password, hash)], [false, true])
      const chosen = await data<UserCredential>('user reset-password alice --password-stdin', 'correct horse battery\n')
      assert.equal(chosen.password, 'correct horse battery')
      assert.equal(await isPassword('correct horse battery', hashOf()), true)
      assert.equal(await refused('user reset-password alice --password-stdin', /password complexity/, 'weak\n'), 1)
      assert.equal(await refused('user create alice', /another user has this/), 1)
      assert.equal(await refused('user create bob@example.org', new RegExp(`@${tenant.domain}`)), 1)
    })

    test('user show, list, disable, enable, delete', async () => {
      await data(`user create carol@${tenant.domain} --display-name Carol`)
      const carol = await data<UserSummary>('user show carol')
      assert.deepEqual([carol.displayName, carol.enabled], ['Carol', true])
      assert.equal((await data<UserSummary>('user disable carol')).enabled, false)
      assert.equal((await data<UserSummary>(`user enable ${carol.id}`)).enabled, true)
      assert.ok((await data<UserSummary[]>('user list')).some(({ id }) => id === carol.id))
      assert.match(await done('user list'), new RegExp(`^NAME .*\n(?:.*\n)*carol@${tenant.domain} +Carol +${carol.id} +true\n`))
      await done('user delete carol')
      assert.equal(await refused('user show carol', /does not exist/), 1)
    })

    test('groups and their members, and a role that holds through one', async () => {
      await done('user create dave')
      await done('sp create --name worker')
      const group = await data<GroupSummary>('group create developers')
      assert.deepEqual(group.members, [])
      await done('group add-member developers dave')
      const full = await data<GroupSummary>('group add-member developers worker')
      assert.deepEqual(full.members.map(({ name }) => name).toSorted(), [`dave@${tenant.domain}`, 'worker'])
      const role = await data<RoleSummary>('role assign --assignee developers --role AcrPull --scope /')
      assert.deepEqual([role.role, role.scope, role.principalType], ['AcrPull', '/', 'Group'])
      assert.deepEqual(await data('role list --assignee developers --scope /'), [role])
      assert.equal(await refused('role assign --assignee developers --role AcrPull --scope /', /already exists/), 1)
      assert.match(await done('role list'), /developers +Group +AcrPull +\/\n/)
      await done('role remove --assignee developers --role acrpull --scope /')
      assert.deepEqual(await data('role list --assignee developers'), [])
      assert.equal(await refused('role remove --assignee developers --role AcrPull --scope /', /has no role AcrPull/), 1)
      assert.deepEqual(
        (await data<GroupSummary>('group remove-member developers dave')).members.map(({ name }) => name),
        ['worker'],
      )
      assert.match(await done('group list'), /developers +\S+ +worker\n/)
      await done('group delete developers')
      assert.equal(await refused('group show developers', /does not exist/), 1)
    })
  })
}

/** The tenant and a subscription: the first start may have made them. */
async function prepare({ store }: Deps): Promise<{ tenant: Tenant; subscription: string }> {
  if (!(await store.tenant())) await store.putTenant({ id: '11111111-2222-4333-8444-555555555555', domain: 'contoso.localhost' })
  const tenant = await store.tenant()
  assert.ok(tenant)
  const find = () => store.resources({ within: '', types: [subscriptionType.toLowerCase()] }, { after: '', limit: 1 })
  if ((await find()).length === 0) {
    const id = '/subscriptions/22222222-2222-4222-8222-222222222222'
    const by = { createdAt: 0, createdBy: '', createdByType: '', changedAt: 0, changedBy: '', changedByType: '' }
    const envelope = { key: id, id, type: subscriptionType, name: 'first', parentKey: '', location: null, etag: '1' }
    await store.putResource({ resource: { ...envelope, ...by, body: { properties: {} } }, match: undefined })
  }
  const [subscription] = await find()
  assert.ok(subscription)
  return { tenant, subscription: subscription.id }
}
