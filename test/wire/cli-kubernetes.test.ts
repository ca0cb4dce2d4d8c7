import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import type { ServicePrincipalCredential, ServicePrincipalSummary } from '#cli/identity-sp.ts'
import type { RoleSummary } from '#cli/identity-role.ts'
import { dataDirectory } from '#adapters/fs/data-directory.ts'
import { socketPath } from '#adapters/system/socket-path.ts'
import { ArmClient } from '#client/arm.ts'
import { socketTransport } from '#client/socket.ts'
import { runCli } from '../world/cli-run.ts'
import { pushImage } from '../world/content.ts'
import { basic, json, send } from '../world/send.ts'
import { Server } from '../world/server.ts'
import { loginsIn, SmallCluster } from '../world/small-cluster.ts'

let server: Server
before(async () => {
  server = await Server.start()
  for (const repository of ['shop/web', 'bank/web']) await pushImage(server, repository, 'v1')
})
after(() => server.stop())

const longshore = (cluster: SmallCluster | undefined, words: readonly string[], more: { input?: string } = {}) =>
  runCli([...words], { LONGSHORE_DATA_DIR: server.dataDir }, undefined, {
    call: cluster?.call ?? (async () => undefined),
    input: async () => more.input ?? '',
  })
const kubernetes = async (cluster: SmallCluster | undefined, words: string, input?: string) => {
  const { code, out, problem } = await longshore(cluster, ['kubernetes', ...words.split(' ')], input === undefined ? {} : { input })
  assert.equal(code, 0, problem)
  return { out, problem }
}
const refused = async (cluster: SmallCluster | undefined, words: string, said: RegExp, code = 1) => {
  const ran = await longshore(cluster, ['kubernetes', ...words.split(' ')])
  assert.equal(ran.code, code, ran.problem)
  assert.match(ran.problem, said)
  assert.doesNotMatch(ran.problem, /unexpected/)
  return ran
}
const data = async <Shape>(words: string) => JSON.parse((await longshore(undefined, `${words} --output json`.split(' '))).out) as Shape

/** Signs in as a kubelet's runtime does, and asks for the tag. */
async function pull({ username, password }: { username: string; password: string }, repository: string): Promise<number> {
  const query = new URLSearchParams({ service: server.loginServer, scope: `repository:${repository}:pull` })
  const asked = await send(server, 'GET', `/oauth2/token?${query}`, { as: { user: username, password } })
  if (asked.status !== 200) return asked.status
  const { access_token: token } = json<{ access_token: string }>(asked)
  return (await send(server, 'GET', `/v2/${repository}/manifests/v1`, { as: { token } })).status
}
const onlyLogin = (logins: Record<string, { username: string; password: string; auth: string }>) => {
  assert.deepEqual(Object.keys(logins), [server.loginServer])
  return Object.values(logins)[0] ?? assert.fail()
}

test('a further name of the registry is what stands in images, whatever address it is copied from; what is no name is refused', async () => {
  const names = ['https://one.example.org/', 'http://two.example.org:5443', 'THREE.example.org', '[fd00::1]:5443', 'four.example.org/team']
  const given = names.map((name) => `--server ${name}`).join(' ')
  const { out } = await kubernetes(undefined, `pull-secret --token named ${given}`)
  assert.deepEqual(Object.keys(loginsIn(parse(out))), [
    server.loginServer,
    'one.example.org',
    'two.example.org:5443',
    'three.example.org',
    '[fd00::1]:5443',
    'four.example.org/team',
  ])
  for (const words of ['pull-secret', 'attach --namespace shop', 'check'])
    for (const name of ['ftp://one.example.org', 'one.example.org:port', 'https://'])
      await refused(undefined, `${words} --server ${name}`, /host or host:port, as in the name of an image/, 2)
})

test('pull-secret prints a Secret that signs in, and nothing else, on standard output; the notes have no password', async () => {
  const { out, problem } = await kubernetes(undefined, 'pull-secret --token printed --days 30 --server registry.example.org:5443')
  const secret = parse(out)
  assert.deepEqual(Object.keys(secret), ['apiVersion', 'kind', 'metadata', 'type', 'data'])
  assert.deepEqual([secret.apiVersion, secret.kind, secret.type], ['v1', 'Secret', 'kubernetes.io/dockerconfigjson'])
  assert.deepEqual(Object.keys(secret.metadata), ['name', 'labels', 'annotations'])
  assert.equal(secret.metadata.name, 'longshore-local')
  const logins = loginsIn(secret)
  assert.deepEqual(Object.keys(logins), [server.loginServer, 'registry.example.org:5443'])
  for (const login of Object.values(logins)) {
    assert.equal(login.username, 'printed')
    assert.equal(`Basic ${login.auth}`, basic(login.username, login.password))
    assert.deepEqual([await pull(login, 'shop/web'), await pull(login, 'bank/web')], [200, 200])
    assert.ok(!problem.includes(login.password) && !problem.includes(login.auth))
  }
  const left = (Date.parse(secret.metadata.annotations['longshore/expires']) - Date.now()) / 86_400_000
  assert.ok(left > 29 && left <= 30)
  assert.match(problem, /token printed with the scope map _repositories_pull/)
  assert.match(problem, /Undo: "az acr token delete --registry local --name printed"/)
})

test('again it refuses, since nobody can tell a password twice; --rotate keeps the one before for one time', async () => {
  const secretOf = async (words: string) => onlyLogin(loginsIn(JSON.parse((await kubernetes(undefined, `${words} --output json`)).out)))
  const first = await secretOf('pull-secret --token turned')
  await refused(undefined, 'pull-secret --token turned', /turned has a password.*--rotate/)
  const second = await secretOf('pull-secret --token turned --rotate')
  assert.deepEqual([await pull(first, 'shop/web'), await pull(second, 'shop/web')], [200, 200])
  const third = await secretOf('pull-secret --token turned --rotate')
  assert.deepEqual(await Promise.all([first, second, third].map((each) => pull(each, 'shop/web'))), [401, 200, 200])
})

test('a scope map of its own lets pull what it names alone, and a token keeps the map that it has', async () => {
  const socket = socketPath(dataDirectory(server.dataDir).control)
  const send = socketTransport(socket.path)
  const [{ id } = assert.fail()] = await Array.fromAsync(new ArmClient({ send, pause: async () => {} }).registries())
  const body = JSON.stringify({ properties: { actions: ['repositories/shop/web/content/read'] } })
  const path = `${id}/scopeMaps/shop-images?api-version=2026-09-01-preview`
  const headers = { 'content-type': 'application/json' }
  assert.equal((await send({ method: 'PUT', path, headers, body })).status, 200)
  socket.release()
  const { out } = await kubernetes(undefined, 'pull-secret --token mapped --scope-map shop-images')
  const login = onlyLogin(loginsIn(parse(out)))
  assert.deepEqual([await pull(login, 'shop/web'), await pull(login, 'bank/web')], [200, 401])
  await refused(undefined, 'pull-secret --token mapped --scope-map _repositories_pull --rotate', /has the scope map shop-images/)
  await kubernetes(undefined, 'pull-secret --token mapped --rotate')
  await refused(undefined, 'pull-secret --token mapless --scope-map nobody-made-it', /nobody-made-it/)
})

test('--apply puts it into the cluster, leaves it while its password is good, and mends what is gone', async () => {
  const cluster = new SmallCluster(['shop'])
  const words = 'pull-secret --namespace shop --apply'
  const first = await kubernetes(cluster, words)
  const login = onlyLogin(cluster.loginsOf('shop/longshore-local'))
  assert.equal(login.username, 'kubernetes-shop')
  assert.equal(await pull(login, 'shop/web'), 200)
  assert.match(first.out, /Secret longshore-local in namespace shop/)
  for (const text of [first.out, first.problem, JSON.stringify(cluster.lines)])
    assert.ok(!text.includes(login.password) && !text.includes(login.auth))
  const before = JSON.stringify(cluster.secrets.get('shop/longshore-local'))
  assert.match((await kubernetes(cluster, words)).out, /is good as it is/)
  assert.equal(JSON.stringify(cluster.secrets.get('shop/longshore-local')), before)

  const { changed, servers } = JSON.parse((await kubernetes(cluster, `${words} --server other.example.org --output json`)).out)
  assert.deepEqual([changed, servers], [true, [server.loginServer, 'other.example.org']])
  assert.deepEqual(
    Object.values(cluster.loginsOf('shop/longshore-local')).map(({ password }) => password),
    [login.password, login.password],
  )
  await kubernetes(cluster, `${words} --rotate`)
  const second = onlyLogin(cluster.loginsOf('shop/longshore-local'))
  assert.deepEqual([await pull(login, 'shop/web'), await pull(second, 'shop/web')], [200, 200])
  await kubernetes(cluster, `${words} --rotate`)
  assert.deepEqual([await pull(login, 'shop/web'), await pull(second, 'shop/web')], [401, 200])

  cluster.secrets.clear()
  await refused(cluster, words, /--rotate/)
})

test('a service principal: made with AcrPull and nothing more, one that is there gets the right, one with its secret is taken as it is', async () => {
  const { out, problem } = await kubernetes(undefined, 'pull-secret --service-principal cluster-one --output json')
  const login = onlyLogin(loginsIn(JSON.parse(out)))
  assert.equal(await pull(login, 'bank/web'), 200)
  assert.match(problem, new RegExp(`identity sp delete ${login.username}`))
  const roles = await data<RoleSummary[]>('identity role list --assignee cluster-one')
  assert.deepEqual(
    roles.map(({ role }) => role),
    ['AcrPull'],
  )
  assert.match(roles[0]?.scope ?? '', /registries\/local$/)
  await refused(undefined, 'pull-secret --service-principal cluster-one', /--rotate/)
  const second = onlyLogin(
    loginsIn(JSON.parse((await kubernetes(undefined, 'pull-secret --service-principal cluster-one --rotate --output json')).out)),
  )
  const third = onlyLogin(
    loginsIn(JSON.parse((await kubernetes(undefined, 'pull-secret --service-principal cluster-one --rotate --output json')).out)),
  )
  assert.deepEqual(await Promise.all([login, second, third].map((each) => pull(each, 'bank/web'))), [401, 200, 200])

  const there = await data<ServicePrincipalCredential>('identity sp create --name there')
  const given = await kubernetes(undefined, `pull-secret --service-principal ${there.appId} --password-stdin`, `${there.password}\n`)
  const same = onlyLogin(loginsIn(parse(given.out)))
  assert.deepEqual([same.username, same.password], [there.appId, there.password])
  assert.equal(await pull(same, 'bank/web'), 401, 'its right is its own matter')
  const more = await kubernetes(undefined, `pull-secret --service-principal there`)
  assert.match(more.problem, /AcrPull at registry local to there/)
  assert.equal(await pull(same, 'bank/web'), 200)
  await refused(undefined, 'pull-secret --service-principal 00000000-0000-4000-8000-000000000000', /does not exist/)
})

test('the admin user only with a warning, and only while it is on', async () => {
  const { out, problem } = await kubernetes(undefined, 'pull-secret --admin')
  const login = onlyLogin(loginsIn(parse(out)))
  assert.deepEqual([login.username, login.password], [server.user, server.password])
  assert.match(problem, /may push and delete everything/)
  await longshore(undefined, ['registry', 'update', '--admin-enabled', 'false'])
  await refused(undefined, 'pull-secret --admin', /is off/)
  await longshore(undefined, ['registry', 'update', '--admin-enabled', 'true'])
})

test('what does not go together is refused before anything is made', async () => {
  await refused(undefined, 'pull-secret --admin --token both', /one pulls/)
  await refused(undefined, 'pull-secret --scope-map any --service-principal both', /one pulls/)
  await refused(undefined, 'pull-secret --password-stdin', /--service-principal/)
  await refused(undefined, 'pull-secret --admin --rotate', /does not go/)
  await refused(undefined, 'pull-secret --days 0', /1 to 36500/, 2)
  await refused(undefined, 'pull-secret --registry nobody', /no registry "nobody"/)
  await refused(undefined, 'pull-secret --token keeper --apply', /kubectl is not on the path/)
  const cluster = new SmallCluster()
  await refused(cluster, 'pull-secret --token keeper --namespace gone --apply', /namespaces "gone" not found/)
  cluster.secrets.set('default/longshore-local', {
    metadata: { name: 'longshore-local' },
    type: 'kubernetes.io/dockerconfigjson',
    data: {},
  })
  await refused(cluster, 'pull-secret --token keeper --apply', /not one of ours/)
  assert.match((await kubernetes(undefined, 'pull-secret --token keeper')).problem, /Made: token keeper/, 'no refusal has made it')
})

test('attach: a principal with AcrPull, a Secret, the service account; again nothing changes; detach undoes all of it', async () => {
  const cluster = new SmallCluster(['shop', 'bank'])
  cluster.accounts.set('shop/default', ['of-somebody-else'])
  const { out } = await kubernetes(cluster, 'attach --namespace shop bank')
  const [shop, bank] = ['shop', 'bank'].map((each) => onlyLogin(cluster.loginsOf(`${each}/longshore-local`)))
  assert.ok(shop && bank && shop.username === bank.username && shop.password !== bank.password)
  assert.deepEqual([await pull(shop, 'shop/web'), await pull(bank, 'shop/web')], [200, 200])
  assert.deepEqual(cluster.accounts.get('shop/default'), ['of-somebody-else', 'longshore-local'])
  assert.match(out, /service principal kubernetes-1b9e4e9c/)
  assert.match(out, /Undo: "longshore kubernetes detach --registry local --namespace shop bank"/)
  for (const { password } of [shop, bank]) assert.ok(!out.includes(password) && !JSON.stringify(cluster.lines).includes(password))

  const again = JSON.parse((await kubernetes(cluster, 'attach --namespace shop bank --output json')).out)
  assert.deepEqual(
    again.secrets.map((each: { changed: boolean }) => each.changed),
    [false, false],
  )
  assert.equal(onlyLogin(cluster.loginsOf('shop/longshore-local')).password, shop.password)

  cluster.secrets.delete('shop/longshore-local')
  await kubernetes(cluster, 'attach --namespace shop')
  const anew = onlyLogin(cluster.loginsOf('shop/longshore-local'))
  assert.deepEqual(await Promise.all([shop, anew, bank].map((each) => pull(each, 'shop/web'))), [401, 200, 200])

  await kubernetes(cluster, 'detach --namespace shop')
  assert.deepEqual(await Promise.all([anew, bank].map((each) => pull(each, 'shop/web'))), [401, 200])
  assert.deepEqual(cluster.accounts.get('shop/default'), ['of-somebody-else'])
  assert.deepEqual([...cluster.secrets.keys()], ['bank/longshore-local'])
  const last = await kubernetes(cluster, 'detach --namespace bank')
  assert.match(last.out, /Deleted: service principal kubernetes-1b9e4e9c/)
  assert.equal(await pull(bank, 'shop/web'), 401)
  const left = await data<ServicePrincipalSummary[]>('identity sp list')
  assert.ok(left.every(({ displayName }) => displayName !== 'kubernetes-1b9e4e9c'))
  await kubernetes(cluster, 'detach --namespace bank')
})

test('what somebody else adds to the service account meanwhile is not lost', async () => {
  const cluster = new SmallCluster()
  let times = 0
  cluster.meanwhile = () => {
    if (++times <= 3)
      cluster.accounts.set(
        'default/default',
        Array.from({ length: times }, (_, index) => `other-${index}`),
      )
  }
  await kubernetes(cluster, 'attach --cluster busy')
  assert.deepEqual(cluster.accounts.get('default/default'), ['other-0', 'other-1', 'other-2', 'longshore-local'])
  await kubernetes(cluster, 'detach --cluster busy')
  assert.deepEqual(cluster.accounts.get('default/default'), ['other-0', 'other-1', 'other-2'])
})

test('a cluster that refuses leaves nothing behind in the directory; one that fails halfway is told with what undoes it', async () => {
  const cluster = new SmallCluster(['default'])
  cluster.refuses = (words) => (words[0] === 'patch' ? 'Error from server (Forbidden): serviceaccounts "default" is forbidden' : undefined)
  await refused(cluster, 'attach --cluster refusing', /is forbidden/)
  const named = async (name: string) =>
    (await data<ServicePrincipalSummary[]>('identity sp list')).filter(({ displayName }) => displayName === name).length
  assert.equal(await named('kubernetes-refusing'), 0)
  cluster.refuses = (words) => (words[0] === 'apply' && !words.includes('--dry-run=server') ? 'Error from server: etcd is full' : undefined)
  const { problem } = await refused(cluster, 'attach --cluster refusing', /etcd is full/)
  assert.match(problem, /Made: service principal kubernetes-refusing/)
  assert.match(problem, /Undo: "longshore kubernetes detach --registry local --namespace default --cluster refusing"/)
  assert.equal(await named('kubernetes-refusing'), 1)
  cluster.refuses = () => undefined
  await kubernetes(cluster, 'detach --cluster refusing')
  assert.equal(await named('kubernetes-refusing'), 0)
})

test('check asks each node for an image that is not there, tells what is in the way, and leaves no pod', async () => {
  const cluster = new SmallCluster()
  const good = JSON.parse((await kubernetes(cluster, 'check --output json')).out)
  assert.deepEqual(
    good.map(({ node, outcome }: { node: string; outcome: string }) => [node, outcome]),
    [
      ['worker-1', 'pulls'],
      ['worker-2', 'pulls'],
    ],
  )
  cluster.says = (node, image) =>
    node === 'worker-2'
      ? `failed to do request: Head "https://${image}": tls: failed to verify certificate: x509: certificate signed by unknown authority`
      : `${image}: not found`
  const { out } = await refused(cluster, 'check', /^$/)
  assert.match(out, /worker-1 +\S+ +can pull\n/)
  assert.match(out, /worker-2 +\S+ +does not trust the certificate/)
  assert.match(out, /x509: certificate signed by unknown authority/)
  assert.equal(cluster.pods.size, 0)
})
