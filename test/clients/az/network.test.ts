// Who is let in by address, and which tokens: network rules, public access, authentication-as-arm.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { exposedCredential, mayRead, pushNew } from './pushed.ts'
import { onStage } from './stage.ts'

interface Rules {
  ipRules: { ipAddressOrRange: string; action: string }[]
  virtualNetworkRules: unknown[]
}

onStage('network', (stage) => {
  const az: typeof stage.owner.az = (...args) => stage.owner.az(...args)
  const fails: typeof stage.owner.fails = (...args) => stage.owner.fails(...args)
  const rule = (verb: string, ...more: string[]) => ['acr', 'network-rule', verb, '-n', 'local', ...more]
  let credential = ''
  let image = ''
  before(async () => {
    credential = await exposedCredential(stage.owner)
    image = `${stage.host}/team/app:v1`
    await pushNew(stage, stage.owner, [image], { credential })
  })
  /** What the registry says to whoever knocks; skopeo and docker tell the status of a refused knock only. */
  const refusal = async () => {
    const answer = await stage.owner.other('curl', ['-s', '-w', '%{http_code}', `https://${stage.host}/v2/`, '--cacert', stage.caFile])
    assert.match(answer.stdout, /403$/)
    assert.match(await inspect(), /403/)
    return (JSON.parse(answer.stdout.slice(0, -3)) as { errors: [{ code: string; message: string }] }).errors[0]
  }
  const inspect = async () => (await stage.owner.other('skopeo', ['inspect', '--raw', '--creds', credential, `docker://${image}`])).stderr
  const allowed = async () => (await az<Rules>(...rule('list'))).ipRules.map(({ ipAddressOrRange }) => ipAddressOrRange)

  test('rules are added, listed and removed, IPv4 and IPv6', async () => {
    assert.deepEqual(await az(...rule('list')), { ipRules: [], virtualNetworkRules: [] })
    await az(...rule('add', '--ip-address', '10.0.0.0/8'))
    await az(...rule('add', '--ip-address', '203.0.113.7'))
    await az(...rule('add', '--ip-address', '2001:db8::/32'))
    assert.deepEqual((await allowed()).sort(), ['10.0.0.0/8', '2001:db8::/32', '203.0.113.7'])
    await az(...rule('remove', '--ip-address', '203.0.113.7'))
    assert.deepEqual((await allowed()).sort(), ['10.0.0.0/8', '2001:db8::/32'])
    await fails(/invalid|not an? /i, ...rule('add', '--ip-address', '300.1.1.1'))
    assert.deepEqual((await allowed()).sort(), ['10.0.0.0/8', '2001:db8::/32'])
  })

  test('with the default Deny only the allowed addresses come in, from the next request on', async () => {
    assert.equal(await inspect(), '')
    const denied = await az<{ networkRuleSet: { defaultAction: string } }>('acr', 'update', '-n', 'local', '--default-action', 'Deny')
    assert.equal(denied.networkRuleSet.defaultAction, 'Deny')
    assert.deepEqual(await refusal(), {
      code: 'DENIED',
      detail: {},
      message: "client with IP '127.0.0.1' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.",
    })
    await fails(/don't have access|firewall|not allowed access/i, 'acr', 'repository', 'list', '-n', 'local')
    await az(...rule('add', '--ip-address', '127.0.0.0/8'))
    assert.equal(await inspect(), '')
    assert.deepEqual(await az('acr', 'repository', 'list', '-n', 'local'), ['team/app'])
    await az(...rule('remove', '--ip-address', '127.0.0.0/8'))
    assert.match((await refusal()).message, /is not allowed access/)
    await az('acr', 'update', '-n', 'local', '--default-action', 'Allow')
    assert.equal(await inspect(), '')
  })

  test('without public network access nobody from outside comes in, whatever the rules', async () => {
    await az(...rule('add', '--ip-address', '127.0.0.1'))
    const closed = await az<{ publicNetworkAccess: string }>('acr', 'update', '-n', 'local', '--public-network-enabled', 'false')
    assert.equal(closed.publicNetworkAccess, 'Disabled')
    assert.match((await refusal()).message, /is not allowed access/)
    await az('acr', 'update', '-n', 'local', '--public-network-enabled', 'true', '--default-action', 'Allow')
    assert.equal(await inspect(), '')
  })

  test('a layer of anonymous pull: who is nobody reads, and does not write', async () => {
    const anonymous = ['inspect', '--raw', '--no-creds', `docker://${image}`]
    assert.notEqual((await stage.owner.other('skopeo', anonymous)).code, 0)
    await az('acr', 'update', '-n', 'local', '--anonymous-pull-enabled', 'true')
    assert.equal((await stage.owner.other('skopeo', anonymous)).code, 0)
    await az('acr', 'update', '-n', 'local', '--anonymous-pull-enabled', 'false')
    assert.notEqual((await stage.owner.other('skopeo', anonymous)).code, 0)
  })

  test('authentication-as-arm off: tokens for ARM are not exchanged, those for registries are', async () => {
    const config = ['acr', 'config', 'authentication-as-arm']
    assert.deepEqual(await az(...config, 'show', '-r', 'local'), { status: 'enabled' })
    assert.deepEqual(await az(...config, 'update', '-r', 'local', '--status', 'disabled'), { status: 'disabled' })
    assert.deepEqual(await az(...config, 'show', '-r', 'local'), { status: 'disabled' })
    // Not the owner, for whom az would fall back to the admin user's password.
    const person = await stage.principal('by-audience', 'AcrPull')
    assert.equal(await mayRead(person, image, await exposedCredential(person)), true, 'az asks for the audience of registries')
    person.env.AZURE_ACR_AUDIENCE_RESOURCE = stage.control
    await person.fails(/login|token|unauthorized|authenticat/i, 'acr', 'login', '-n', 'local', '--expose-token')
    await az(...config, 'update', '-r', 'local', '--status', 'enabled')
    assert.equal(await mayRead(person, image, await exposedCredential(person)), true)
  })
})
