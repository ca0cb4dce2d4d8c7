import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { codeOf, openPlane, type Plane, succeeded } from '../world/plane.ts'
import { json, send } from '../world/send.ts'

let plane: Plane
const groups = 4000
before(async () => {
  plane = await openPlane()
  const { store } = plane.door.open.deps
  const group = (at: number) => ({
    id: randomUUID(),
    kind: 'group' as const,
    name: `team ${at % 100 === 0 ? 'rare' : 'often'} ${at}`,
    login: null,
    appId: null,
    enabled: true,
    details: { mailNickname: `nick-${at}` },
    createdAt: 1,
  })
  // Some at a time: who waits too long for a connection to the database is refused.
  for (let at = 0; at < groups; at += 100)
    await Promise.all(Array.from({ length: 100 }, (_, each) => store.putDirectoryObject({ object: group(at + each) })))
})
after(() => plane.stop())

interface Page {
  value: { displayName: string }[]
  '@odata.nextLink'?: string
}

const filtered = (filter: string, top = 1) => `/groups?$top=${top}&$filter=${encodeURIComponent(filter)}`
const parts = (count: number, part: (at: number) => string, word: string) =>
  Array.from({ length: count }, (_, at) => part(at)).join(` ${word} `)

test('a $filter has as many parts as the services allow, and the refusal says how many', async () => {
  for (const [filter, most] of [
    [parts(16, (at) => `startswith(displayName,'${at}')`, 'or'), 15],
    [`displayName in (${parts(16, (at) => `'${at}'`, ',').replaceAll(' , ', ',')})`, 15],
    [parts(51, (at) => `mailNickname ne '${at}'`, 'and'), 50],
  ] as const) {
    const answer = await plane.graph('GET', filtered(filter))
    assert.deepEqual([answer.status, codeOf(answer)], [400, 'Request_BadRequest'], filter)
    assert.match(answer.body.toString(), new RegExp(`Max allowed: ${most}\\.`))
  }
  for (const filter of [parts(15, (at) => `startswith(displayName,'${at}')`, 'or'), parts(50, (at) => `mailNickname ne 'x${at}'`, 'and')])
    succeeded(await plane.graph('GET', filtered(filter)), 200)
  const resources = (count: number) =>
    plane.arm('GET', `${plane.subscription}/resources`, {
      query: { $filter: parts(count, (at) => `name eq '${at}'`, 'or') },
      version: '2024-11-01',
    })
  succeeded(await resources(50), 200)
  const refused = await resources(51)
  assert.equal(refused.status, 400)
  assert.match(refused.body.toString(), /Max allowed: 50\./)
})

test('others are answered while somebody has everything looked through', async () => {
  let listing = true
  const nothing = plane.graph('GET', filtered("endswith(mailNickname,'nobody has this')")).finally(() => {
    listing = false
  })
  let answered = 0
  while (listing) {
    assert.equal((await send(plane.door, 'GET', '/v2/', { as: 'nobody' })).status, 401)
    answered++
  }
  assert.deepEqual(json<{ value: unknown[] }>(succeeded(await nothing, 200)).value, [])
  assert.ok(answered >= 3, `${answered} answers beside one list`)
})

test('what an index finds and what a look at everything finds is the same, page after page', async () => {
  const all = async (filter: string, top: number) => {
    const names: string[] = []
    for (let path: string | undefined = filtered(filter, top); path; ) {
      const page: Page = json<Page>(succeeded(await plane.graph('GET', path), 200))
      assert.ok(page.value.length <= top)
      names.push(...page.value.map((each) => each.displayName))
      path = page['@odata.nextLink']?.replace(/^.*\/graph\/v1\.0/, '')
    }
    return names.toSorted()
  }
  const rare = Array.from({ length: groups / 100 }, (_, at) => `team rare ${at * 100}`).toSorted()
  for (const top of [7, 999]) {
    assert.deepEqual(await all("startswith(displayName,'TEAM RARE')", top), rare)
    assert.deepEqual(await all("startswith(displayName,'team') and contains(displayName,'rare')", top), rare, 'too many for the index')
  }
  assert.equal((await all("startswith(displayName,'team rare') or startswith(displayName,'team often')", 999)).length, groups)
  assert.deepEqual(
    await all("startswith(displayName,'team rare 1') or displayName eq 'team rare 100'", 999),
    rare.filter((each) => / 1/.test(each)),
  )
})

test('members of a large group come in pages', async () => {
  const { store } = plane.door.open.deps
  const [holder, ...members] = await store.directoryObjects({ kinds: ['group'] }, { after: '', limit: 251 })
  await Promise.all(members.map(({ id }) => store.putGroupMember({ groupId: holder?.id ?? '', memberId: id })))
  const found: string[] = []
  for (let path: string | undefined = `/groups/${holder?.id}/members?$top=100`; path; ) {
    const page: Page = json<Page>(succeeded(await plane.graph('GET', path), 200))
    assert.ok(page.value.length <= 100)
    found.push(...page.value.map((each) => each.displayName))
    path = page['@odata.nextLink']?.replace(/^.*\/graph\/v1\.0/, '')
  }
  assert.deepEqual(
    found,
    members.map((each) => each.name),
  )
})

test('what an object keeps is bounded, however many changes it comes in', async () => {
  const { id } = json<{ id: string }>(succeeded(await plane.graph('POST', '/applications', { body: { displayName: 'hoarder' } }), 201))
  const change = (name: string, length: number) =>
    plane.graph('PATCH', `/applications/${id}`, { body: { [name]: { redirectUris: ['x'.repeat(length)] } } })
  succeeded(await change('web', 40_000), 204)
  const refused = await change('spa', 40_000)
  assert.deepEqual([refused.status, codeOf(refused)], [400, 'Request_BadRequest'])
  assert.match(refused.body.toString(), /up to 65536 characters/)
  succeeded(await change('spa', 1000), 204)
  const add = () => plane.graph('POST', `/applications/${id}/addPassword`, { body: {} })
  for (let count = 0; count < 100; count++) succeeded(await add(), 200)
  const one = await add()
  assert.deepEqual([one.status, codeOf(one)], [400, 'Request_BadRequest'])
  assert.match(one.body.toString(), /up to 100 credentials/)
})
