// az ad: users, groups, applications and service principals through their lives, and what they can do with what they were given.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Profile } from './profile.ts'
import { onStage } from './stage.ts'

interface Person {
  id: string
  displayName: string
  userPrincipalName: string
}
interface Application {
  id: string
  appId: string
  displayName: string
  passwordCredentials: unknown[]
  web: { redirectUris: string[] }
}
interface ServicePrincipal {
  id: string
  appId: string
  displayName: string
  servicePrincipalNames: string[]
}
interface ForRbac {
  appId: string
  displayName: string
  password: string
  tenant: string
}
interface Secret {
  keyId: string
  displayName: string | null
  endDateTime: string
  hint: string
  secretText: string | null
}
interface Group {
  id: string
  displayName: string
  mailNickname: string
  description: string | null
}
interface Assignment {
  id: string
  principalId: string
  principalType: string
  scope: string
  roleDefinitionName: string
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const password = 'Correct-Horse-9-Battery'
const displayNames = (found: readonly { displayName: string }[]) => found.map(({ displayName }) => displayName).sort()

onStage('directory', (stage) => {
  const az = <Shape>(words: string, ...more: string[]) => stage.owner.az<Shape>(...words.split(' '), ...more)
  const fails = (says: RegExp, words: string, ...more: string[]) => stage.owner.fails(says, ...words.split(' '), ...more)
  const domain = 'longshore.localhost'
  const createUser = (name: string, secret = password) =>
    az<Person>(`ad user create --display-name ${name} --user-principal-name ${name.toLowerCase()}@${domain} --password ${secret}`)

  // In a profile of its own: MSAL keeps tokens, and for a minute refusals.
  const logsIn = async (words: string): Promise<Profile> => {
    const person = await stage.newProfile()
    await person.az('login', '--allow-no-subscriptions', ...words.split(' '))
    return person
  }
  const isRefused = async (says: RegExp, words: string) =>
    (await stage.newProfile()).fails(says, 'login', '--allow-no-subscriptions', ...words.split(' '))
  const as = ({ appId, tenant, password: secret }: ForRbac) => `--service-principal -u ${appId} --tenant ${tenant} -p ${secret}`

  test('signed-in-user is who logged in', async () => {
    // By itself, before all that is asked side by side: while MSAL writes a token, another az reads nothing.
    const me = await az<Person>('ad signed-in-user show')
    assert.deepEqual([me.displayName, me.userPrincipalName], ['Owner', `owner@${domain}`])
    assert.equal((await az<Person>(`ad user show --id owner@${domain}`)).id, me.id)
    assert.deepEqual(await az('ad signed-in-user list-owned-objects'), [])
  })

  test('a user through its life', async () => {
    const upn = `berta@${domain}`
    await Promise.all([
      fails(/domain/, `ad user create --display-name B --user-principal-name b@elsewhere.test --password ${password}`),
      fails(/complexity/, `ad user create --display-name B --user-principal-name b@${domain} --password short`),
    ])
    const made = await createUser('Berta')
    assert.match(made.id, guid)
    assert.equal(made.userPrincipalName, upn)
    const list = async (...words: string[]) => displayNames(await az('ad user list', ...words))
    const lists = [list(), list('--upn', upn), list('--display-name', 'Ber'), list('--filter', "displayName eq 'Nobody'")]
    assert.deepEqual(await Promise.all(lists), [['Berta', 'Owner'], ['Berta'], ['Berta'], []])
    const shown = await Promise.all([upn, made.id].map((id) => az<Person>(`ad user show --id ${id}`)))
    assert.deepEqual(displayNames(shown), ['Berta', 'Berta'])
    await Promise.all([
      fails(/another user/i, `ad user create --display-name B --user-principal-name ${upn} --password ${password}`),
      logsIn(`-u ${upn} -p ${password}`),
    ])

    await az(`ad user update --id ${upn} --display-name`, 'Berta B.', '--account-enabled', 'false')
    assert.equal((await az<Person>(`ad user show --id ${upn}`)).displayName, 'Berta B.')
    await isRefused(/AADSTS50057/, `-u ${upn} -p ${password}`)
    await az(`ad user update --id ${upn} --account-enabled true --password ${password}-2`)
    const [berta] = await Promise.all([logsIn(`-u ${upn} -p ${password}-2`), isRefused(/AADSTS50126/, `-u ${upn} -p ${password}`)])
    assert.equal((await berta.az<Person>('ad', 'signed-in-user', 'show')).id, made.id)

    await berta.fails(/Insufficient privileges/i, 'ad', 'user', 'delete', '--id', `owner@${domain}`)
    await az(`ad user delete --id ${upn}`)
    assert.deepEqual(await list(), ['Owner'])
    await fails(/does not exist/, `ad user show --id ${upn}`)
    assert.notEqual((await berta.run('ad', 'signed-in-user', 'show')).code, 0, 'a token of who is gone is worth nothing')
  })

  test('a group and its members through their lives', async () => {
    const [carl, robot] = await Promise.all([createUser('Carl'), az<ForRbac>('ad sp create-for-rbac --name member-robot')])
    const [principal] = await az<ServicePrincipal[]>('ad sp list --display-name member-robot')
    const made = await az<Group>('ad group create --display-name builders --mail-nickname builders --description', 'who builds')
    assert.deepEqual([made.displayName, made.mailNickname, made.description], ['builders', 'builders', 'who builds'])
    const member = (verb: string, id?: string) => `ad group member ${verb} --group builders${id === undefined ? '' : ` --member-id ${id}`}`
    for (const id of [carl.id, principal?.id ?? '']) await az(member('add', id))
    const [members, check, groups, all, others, byName, byId] = await Promise.all([
      az<Group[]>(member('list')),
      az(member('check', carl.id)),
      az(`ad user get-member-groups --id carl@${domain}`),
      az<Group[]>('ad group list'),
      az<Group[]>('ad group list --display-name other'),
      az<Group>('ad group show --group builders'),
      az<Group>(`ad group show --group ${made.id}`),
      fails(/already exist/i, member('add', carl.id)),
      fails(/does not exist/, member('add', '00000000-0000-4000-8000-000000000000')),
    ])
    assert.deepEqual(displayNames(members), ['Carl', 'member-robot'])
    assert.deepEqual(check, { value: true })
    assert.deepEqual(groups, [{ displayName: 'builders', id: made.id }])
    assert.deepEqual([displayNames(all), others], [['builders'], []])
    assert.deepEqual([byName.id, byId.id], [made.id, made.id])
    await az(member('remove', carl.id))
    assert.deepEqual(await az(member('check', carl.id)), { value: false })
    await az(`ad app delete --id ${robot.appId}`)
    assert.deepEqual(await az(member('list')), [], 'a principal goes with its application')
    await az('ad group delete --group builders')
    await fails(/No group matches/, 'ad group show --group builders')
    await az(`ad user delete --id ${carl.id}`)
  })

  test('an application, its service principal and their secrets', async () => {
    const made = await az<Application>('ad app create --display-name web-app')
    assert.match(made.appId, guid)
    assert.deepEqual(made.passwordCredentials, [])
    const id = `--id ${made.appId}`
    await az(`ad app update ${id} --display-name web-app-2 --web-redirect-uris http://localhost:1234`)
    const [shown, byObjectId, listed, named, all] = await Promise.all([
      az<Application>(`ad app show ${id}`),
      az<Application>(`ad app show --id ${made.id}`),
      az<Application[]>(`ad app list --app-id ${made.appId}`),
      az<Application[]>('ad app list --display-name web-'),
      az<Application[]>('ad app list --all'),
    ])
    assert.deepEqual([shown.displayName, shown.web.redirectUris], ['web-app-2', ['http://localhost:1234']])
    assert.deepEqual(byObjectId, shown)
    for (const found of [listed, named, all]) assert.deepEqual(displayNames(found), ['web-app-2'])

    const principal = await az<ServicePrincipal>(`ad sp create ${id}`)
    assert.deepEqual([principal.appId, principal.displayName, principal.servicePrincipalNames], [made.appId, 'web-app-2', [made.appId]])
    const seen = [made.appId, principal.id].map((each) => az<ServicePrincipal>(`ad sp show --id ${each}`))
    assert.deepEqual(
      (await Promise.all(seen)).map((each) => each.id),
      [principal.id, principal.id],
    )
    await fails(/another servicePrincipal/, `ad sp create ${id}`)

    const first = await az<ForRbac>(`ad app credential reset ${id} --display-name one`)
    const second = await az<ForRbac>(`ad app credential reset ${id} --append --display-name two --years 2`)
    // The newest first.
    const secrets = (await az<Secret[]>(`ad app credential list ${id}`)).toReversed()
    const years = ({ endDateTime }: Secret) => Math.round((Date.parse(endDateTime) - Date.now()) / 86_400_000 / 365)
    assert.deepEqual(
      secrets.map((each) => [each.displayName, each.hint, each.secretText, years(each)]),
      [
        ['one', first.password.slice(0, 3), null, 1],
        ['two', second.password.slice(0, 3), null, 2],
      ],
    )
    await Promise.all([first, second].map((each) => logsIn(as(each))))
    await az(`ad app credential delete ${id} --key-id ${secrets[0]?.keyId}`)
    await Promise.all([isRefused(/AADSTS7000215/, as(first)), logsIn(as(second))])

    const third = await az<ForRbac>(`ad sp credential reset ${id} --display-name three`)
    await logsIn(as(third))
    const own = await az<Secret[]>(`ad sp credential list ${id}`)
    assert.deepEqual(
      own.map(({ displayName }) => displayName),
      ['three'],
    )
    await az(`ad sp credential delete ${id} --key-id ${own[0]?.keyId}`)
    await isRefused(/AADSTS7000215/, as(third))

    await az(`ad sp delete ${id}`)
    await Promise.all([fails(/does not exist/, `ad sp show ${id}`), isRefused(/AADSTS/, as(second))])
    await az(`ad app delete ${id}`)
    await fails(/does not exist/, `ad app show ${id}`)
    assert.deepEqual(await az('ad app list --all'), [])
  })

  test('create-for-rbac: a service principal that can log in, with a role and without', async () => {
    const words = `ad sp create-for-rbac --name reader --role Reader --scopes ${stage.registry}`
    const [plain, reader, json, certified] = await Promise.all([
      az<ForRbac>('ad sp create-for-rbac --name plain'),
      az<ForRbac>(words),
      az<Record<string, string>>('ad sp create-for-rbac --name json --json-auth'),
      az<ForRbac & { fileWithCertAndPrivateKey: string }>('ad sp create-for-rbac --name certified --create-cert'),
    ])
    assert.deepEqual(Object.keys(plain).sort(), ['appId', 'displayName', 'password', 'tenant'])
    assert.equal(plain.displayName, 'plain')
    assert.deepEqual(
      [json.subscriptionId, json.tenantId, json.resourceManagerEndpointUrl, json.activeDirectoryEndpointUrl],
      [stage.subscription, plain.tenant, stage.control, `${stage.control}/adfs`],
    )
    assert.equal(certified.password, null)
    const file = certified.fileWithCertAndPrivateKey
    assert.match(await readFile(file, 'utf8'), /BEGIN CERTIFICATE/)
    const [powerless, mayRead] = await Promise.all([
      logsIn(as(plain)),
      logsIn(as(reader)),
      logsIn(`--service-principal -u ${certified.appId} --tenant ${certified.tenant} --certificate ${file}`),
    ])
    await powerless.fails(/subscription/i, 'acr', 'list')
    const [seen] = await mayRead.az<{ name: string }[]>('acr', 'list')
    assert.equal(seen?.name, 'local')
    const [certificate] = await az<{ type: string; usage: string }[]>(`ad app credential list --id ${certified.appId} --cert`)
    assert.deepEqual(certificate && [certificate.type, certificate.usage], ['AsymmetricX509Cert', 'Verify'])
    assert.deepEqual(displayNames(await az('ad sp list --all')), ['certified', 'json', 'plain', 'reader'])
    assert.deepEqual(displayNames(await az(`ad sp list --spn ${reader.appId}`)), ['reader'])

    const again = await az<ForRbac>(words)
    assert.equal(again.appId, reader.appId, 'of one name there is one application')
    const [renewed] = await Promise.all([logsIn(as(again)), isRefused(/AADSTS7000215/, as(reader))])
    await renewed.fails(/Insufficient privileges/i, 'ad', 'sp', 'create-for-rbac', '--name', 'by-a-reader')
  })

  test('role assignment create --assignee: a user name, an application id, an object id, a group', async () => {
    const [dora, robot, group] = await Promise.all([
      createUser('Dora'),
      az<ForRbac>('ad sp create-for-rbac --name assigned'),
      az<Group>('ad group create --display-name pullers --mail-nickname pullers'),
    ])
    const principal = await az<ServicePrincipal>(`ad sp show --id ${robot.appId}`)
    const create = (assignee: string, role = 'AcrPull') =>
      `role assignment create --role ${role} --scope ${stage.registry} --assignee ${assignee}`
    const rows: [assignee: string, principalId: string, principalType: string][] = [
      [dora.userPrincipalName, dora.id, 'User'],
      [robot.appId, principal.id, 'ServicePrincipal'],
      [group.id, group.id, 'Group'],
    ]
    const given = rows.map(async ([assignee, ...expected]) => {
      const made = await az<Assignment>(create(assignee))
      assert.deepEqual([made.principalId, made.principalType], expected, assignee)
      assert.equal((await az<Assignment>(create(expected[0]))).id, made.id, 'by its object id it is the same one')
      const list = await az<Assignment[]>(`role assignment list --all --assignee ${assignee}`)
      assert.deepEqual(
        list.map((each) => [each.roleDefinitionName, each.scope]),
        [['AcrPull', stage.registry]],
      )
    })
    await Promise.all([
      ...given,
      fails(/Cannot find user or service principal/, create(`nobody@${domain}`)),
      fails(/doesn't exist/, create(robot.appId, 'NoSuchRole')),
    ])
    await az(`ad group member add --group pullers --member-id ${dora.id}`)
    const through = await az<Assignment[]>(`role assignment list --all --assignee ${dora.userPrincipalName} --include-groups`)
    assert.deepEqual(through.map(({ principalType }) => principalType).sort(), ['Group', 'User'])
    await Promise.all(rows.map(([assignee]) => az(`role assignment delete --assignee ${assignee} --scope ${stage.registry}`)))
    const left = await az<Assignment[]>(`role assignment list --scope ${stage.registry}`)
    const ours = new Set(rows.map(([, id]) => id))
    assert.deepEqual(
      left.filter(({ principalId }) => ours.has(principalId)),
      [],
    )
  })
})
