import { randomUUID } from 'node:crypto'
import { attempt, type Bench, type Item, withFleet, workers } from '../item.ts'
import type { Server } from '../servers/server.ts'
import { median, percentile } from '../statistics.ts'
import { ArmClient, directoryToken } from '../wire/arm.ts'
import { ownerOf } from '../wire/owner.ts'

export const controlRows = {
  get: 'GET of one registry among all',
  getAfterChange: 'the same, first after a role was given',
  list: 'page of 250 registries, by their owner',
  seldom: 'list of all, by who may see three',
  often: 'page of 250, by who has a role at each',
  assignments: 'page of 250 role assignments',
  assignmentsOf: 'role assignments of one principal',
  filtered: '/resources with $filter by type, by their owner',
  tagged: '/resources with $filter by tag, by their owner',
  wide: '/resources with $filter of 50 parts, by their owner',
  groups: 'page of 999 groups of Graph',
  groupsLooked: 'Graph: groups by $filter of 15 parts that needs a look at each',
  members: 'page of 999 members of a group',
  others: 'longest that another request waited beside any of these',
} as const

const authorization = 'providers/Microsoft.Authorization'
const [reader, pull] = ['acdd72a7-3385-48ef-bd42-f606fba81ae7', '7f951dda-4ed3-4680-a7ca-43fe172d538d']
const versions = { registries: '2025-11-01', roles: '2022-04-01', resources: '2024-11-01' } as const

interface Sizes {
  registries: number
  assignments: number
  /** Of the directory, besides those that hold roles; members of one of them. */
  groups: number
}

interface Filled {
  subscription: string
  owner: string
  /** Reads three registries, and each of them. */
  few: string
  many: string
  /** Holds the most roles. */
  group: string
}

const registryName = (index: number): string => `bench${String(index).padStart(6, '0')}`
const withVersion = (path: string, version: keyof typeof versions, query: Readonly<Record<string, string>> = {}): string =>
  `${path}?${new URLSearchParams({ 'api-version': versions[version], ...query })}`

async function programOf(server: Server, arm: ArmClient, displayName: string): Promise<{ id: string; token: () => Promise<string> }> {
  const { id: applicationId, appId } = await arm.write('POST', '/graph/v1.0/applications', { displayName })
  const { id } = await arm.write('POST', '/graph/v1.0/servicePrincipals', { appId })
  const { secretText } = await arm.write('POST', `/graph/v1.0/applications/${String(applicationId)}/addPassword`, {})
  const fields = { grant_type: 'client_credentials', client_id: String(appId), client_secret: String(secretText) }
  return { id: String(id), token: () => directoryToken(server, fields) }
}

/** Everything over the wire, as an owner makes it. */
async function fill(server: Server, { registries, assignments, groups: more }: Sizes): Promise<Filled> {
  const owner = await ownerOf(server)
  const arm = new ArmClient(server, owner)
  try {
    const { value } = (await arm.get(withVersion('/subscriptions', 'resources'))) as { value: [{ id: string }] }
    const subscription = value[0].id
    const group = `${subscription}/resourceGroups/bench`
    await arm.write('PUT', withVersion(group, 'resources'), { location: 'local' })
    const idOf = (index: number) => `${group}/providers/Microsoft.ContainerRegistry/registries/${registryName(index)}`
    const [few, many] = [await programOf(server, arm, 'few'), await programOf(server, arm, 'many')]
    const groups: string[] = []
    const perGroup = 100
    const groupCount = Math.ceil((assignments - registries - 3) / perGroup)
    for (let index = 0; index < groupCount; index++) {
      const body = { displayName: `bench ${index}`, mailNickname: `bench-${index}`, mailEnabled: false, securityEnabled: true }
      groups.push(String((await arm.write('POST', '/graph/v1.0/groups', body)).id))
    }
    const [holder = ''] = groups
    let made = 0
    await workers(16, async () => {
      const client = new ArmClient(server, owner)
      try {
        for (let index = made++; index < more; index = made++) {
          const body = { displayName: `crowd ${index}`, mailNickname: `crowd-${index}`, mailEnabled: false, securityEnabled: true }
          const { id } = await client.write('POST', '/graph/v1.0/groups', body)
          const member = { '@odata.id': `https://localhost/graph/v1.0/directoryObjects/${String(id)}` }
          await client.write('POST', `/graph/v1.0/groups/${holder}/members/$ref`, member)
        }
      } finally {
        client.close()
      }
    })
    let next = 0
    let given = 0
    const give = async (client: ArmClient, scope: string, principalId: string, role: string): Promise<void> => {
      const roleDefinitionId = `${subscription}/${authorization}/roleDefinitions/${role}`
      const path = withVersion(`${scope}/${authorization}/roleAssignments/${randomUUID()}`, 'roles')
      await client.write('PUT', path, { properties: { roleDefinitionId, principalId } })
    }
    await workers(16, async () => {
      const client = new ArmClient(server, owner)
      try {
        for (let index = next++; index < registries; index = next++) {
          const properties = { adminUserEnabled: false }
          const tags = { team: `team-${index % 50}`, made: 'bench' }
          await client.write('PUT', withVersion(idOf(index), 'registries'), {
            location: 'local',
            sku: { name: 'Premium' },
            tags,
            properties,
          })
          await client.write('PUT', withVersion(`${idOf(index)}/scopeMaps/bench-map`, 'registries'), {
            properties: { actions: ['repositories/a/content/read'] },
          })
          await client.write('PUT', withVersion(`${idOf(index)}/tokens/bench-token`, 'registries'), {
            properties: { scopeMapId: `${idOf(index)}/scopeMaps/bench-map` },
          })
          await give(client, idOf(index), many.id, reader)
        }
        for (let at = given++; at < groupCount * perGroup; at = given++) {
          const principal = groups[Math.floor(at / perGroup)] ?? ''
          const index = (at * 7 + Math.floor(at / perGroup)) % registries
          if (at < assignments - registries - 3) await give(client, idOf(index), principal, pull)
        }
      } finally {
        client.close()
      }
    })
    for (const index of [1, Math.floor(registries / 2), registries - 1]) await give(arm, idOf(index), few.id, reader)
    return { subscription, owner, few: await few.token(), many: await many.token(), group: groups[0] ?? '' }
  } finally {
    arm.close()
  }
}

interface Question {
  row: string
  as: string
  path: string
  /** How many entries the answer must have; none for one thing. */
  entries?: number
  before?: () => Promise<void>
}

/** Asks for something small again and again, and tells the longest that it took, in milliseconds. */
function watchOthers(server: Server, as: string): () => Promise<number> {
  const client = new ArmClient(server, as)
  let longest = 0
  let watching = true
  const watch = async (): Promise<void> => {
    for (let asked = 0; watching; asked++) {
      const begin = performance.now()
      await client.read('/graph/v1.0/organization')
      if (asked > 10) longest = Math.max(longest, performance.now() - begin)
    }
    client.close()
  }
  const watched = watch()
  return async () => {
    watching = false
    await watched
    return longest
  }
}

async function measure(bench: Bench, server: Server, { row, as, path, entries, before }: Question): Promise<number> {
  const { recorder, quick } = bench
  const client = new ArmClient(server, as)
  try {
    const body = await client.get(path)
    const got = Array.isArray(body.value) ? body.value.length : undefined
    if (got !== entries) throw new Error(`${path}: ${got} entries, not ${entries}`)
    // Alone first, beside somebody else then: the second loop is no part of the row.
    const latencies: number[] = []
    const end = performance.now() + (quick ? 3000 : 8000)
    for (let count = 0; count < 300 && performance.now() < end; count++) {
      await before?.()
      const begin = performance.now()
      await client.read(path)
      latencies.push(performance.now() - begin)
    }
    const settled = latencies.slice(Math.min(50, latencies.length >> 2))
    const detail = { 'p99 ms': percentile(settled, 0.99), requests: settled.length }
    const others = watchOthers(server, as)
    for (let count = 0; count < 40; count++) await client.read(path)
    const longest = await others()
    recorder.add(row, server.name, { value: median(settled), unit: 'ms', better: 'less', detail: { ...detail, 'others ms': longest } })
    return longest
  } finally {
    client.close()
  }
}

const parts = (count: number, part: (at: number) => string, word: string): string =>
  Array.from({ length: count }, (_, at) => part(at)).join(` ${word} `)

async function run(bench: Bench): Promise<void> {
  const sizes: Sizes = bench.quick
    ? { registries: 300, assignments: 3000, groups: 1000 }
    : { registries: 1000, assignments: 10_000, groups: 4000 }
  await withFleet(bench, { row: 'start', include: (name) => name === 'longshore' }, async (servers) => {
    for (const server of servers)
      await attempt(bench, controlRows.get, server, async () => {
        const { subscription, owner, few, many, group } = await fill(server, sizes)
        const all = `${subscription}/providers/Microsoft.ContainerRegistry/registries`
        const one = `${subscription}/resourceGroups/bench/providers/Microsoft.ContainerRegistry/registries/${registryName(sizes.registries >> 1)}`
        const assignments = `${subscription}/${authorization}/roleAssignments`
        const page = Math.min(250, sizes.registries)
        const writer = new ArmClient(server, owner)
        const change = async (): Promise<void> => {
          const path = withVersion(`${one}/${authorization}/roleAssignments/${randomUUID()}`, 'roles')
          const roleDefinitionId = `${subscription}/${authorization}/roleDefinitions/${reader}`
          await writer.write('PUT', path, { properties: { roleDefinitionId, principalId: group } })
          await writer.write('DELETE', path)
        }
        const filter = (text: string) => withVersion(`${subscription}/resources`, 'resources', { $filter: text })
        const questions: readonly Question[] = [
          { row: controlRows.get, as: owner, path: withVersion(one, 'registries') },
          { row: controlRows.getAfterChange, as: many, path: withVersion(one, 'registries'), before: change },
          { row: controlRows.list, as: owner, path: withVersion(all, 'registries'), entries: page },
          { row: controlRows.seldom, as: few, path: withVersion(all, 'registries'), entries: 3 },
          { row: controlRows.often, as: many, path: withVersion(all, 'registries'), entries: page },
          { row: controlRows.assignments, as: owner, path: withVersion(assignments, 'roles'), entries: 250 },
          {
            row: controlRows.assignmentsOf,
            as: owner,
            path: withVersion(assignments, 'roles', { $filter: `principalId eq '${group}'` }),
            entries: 100,
          },
          { row: controlRows.filtered, as: owner, path: filter("resourceType eq 'Microsoft.ContainerRegistry/registries'"), entries: page },
          {
            row: controlRows.tagged,
            as: owner,
            path: filter("tagName eq 'team' and tagValue eq 'team-7'"),
            entries: Math.ceil((sizes.registries - 7) / 50),
          },
          { row: controlRows.wide, as: owner, path: filter(parts(50, (at) => `name eq 'nobody${at}'`, 'or')), entries: 0 },
          { row: controlRows.groups, as: owner, path: '/graph/v1.0/groups?$top=999', entries: 999 },
          {
            row: controlRows.groupsLooked,
            as: owner,
            path: `/graph/v1.0/groups?$filter=${encodeURIComponent(parts(15, (at) => `endswith(mailNickname,'nobody${at}')`, 'or'))}`,
            entries: 0,
          },
          { row: controlRows.members, as: owner, path: `/graph/v1.0/groups/${group}/members?$top=999`, entries: 999 },
        ]
        let longest = 0
        for (const question of questions) longest = Math.max(longest, await measure(bench, server, question))
        bench.recorder.add(controlRows.others, server.name, { value: longest, unit: 'ms', better: 'less' })
        writer.close()
        bench.recorder.note(`control-plane: ${sizes.registries} registries with a token each, ${sizes.assignments} role assignments`)
      })
  })
}

export const controlPlane: Item = { name: 'control-plane', title: 'Control plane with many registries and roles', disk: 1, run }
