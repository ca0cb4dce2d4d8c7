import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after } from 'node:test'
import { socketPath } from '#adapters/system/socket-path.ts'
import { socketTransport } from '#client/socket.ts'
import { columnTypes } from '#adapters/postgres/column-types.ts'
import { Client } from 'pg'
import { patchChunk } from '../conformance/client.ts'
import { ChildServer } from '../world/child.ts'
import { program, runCli, type Ran, type Spoken, spawnProgram } from '../world/cli-run.ts'
import {
  describeBytes,
  digestOf,
  makeImage,
  mediaTypes,
  pushBlob,
  pushImage,
  putManifest,
  someBytes,
  startUpload,
} from '../world/content.ts'
import { json, send, type Answer } from '../world/send.ts'
import { startPostgres } from './postgres-server.ts'
import type { ObjectStoreServer } from './object-store.ts'

/** Both engines, and servers that end with the tests. */
export function moveWorld<Store extends ObjectStoreServer>(beginning: Promise<Store>) {
  const starting = Promise.all([beginning, startPostgres()])
  const servers: ChildServer[] = []
  after(async () => {
    for (const server of servers) await server.stop()
    const [store, postgres] = await starting
    store.stop()
    postgres.stop()
  })
  return {
    server: async (environment: Record<string, string> = {}): Promise<ChildServer> => {
      const server = await ChildServer.start({ LONGSHORE_SERVERS: '1', ...environment })
      servers.push(server)
      return server
    },
    /** An empty database and an empty bucket. */
    places: async (): Promise<Places> => {
      const [store, postgres] = await starting
      const bucket = await store.make()
      return {
        url: await postgres.database(),
        bucket,
        blobs: store.url(bucket, { prefix: 'registry' }),
        keys: store.environment,
      }
    },
    postgres: async () => (await starting)[1],
    store: async () => (await starting)[0],
  }
}

export interface Places {
  url: string
  bucket: string
  blobs: string
  keys: Record<string, string>
}

/** The settings of a server at these places. */
export const at = ({ url, blobs, keys }: Places): Record<string, string> => ({ LONGSHORE_STORE: url, LONGSHORE_BLOBS: blobs, ...keys })

/** A command in a process of its own: the keys of a bucket are in the environment of its process. */
export async function cli(words: readonly string[], environment: Record<string, string> = {}): Promise<Ran> {
  const ran = spawnProgram(process.execPath, [program, ...words], environment)
  const { code } = await ran.ended
  return { code: code ?? -1, out: ran.out(), problem: ran.problem() }
}

/** One `longshore migrate` in a process of its own, which may be killed. */
export const beginMove = (dataDir: string, words: readonly string[], environment: Record<string, string> = {}): Spoken =>
  spawnProgram(process.execPath, [program, 'migrate', '--data-dir', dataDir, '--output', 'json', ...words], environment)

export interface Told {
  copied: number
  lastChanges: number
  pause: number
  goesOn: boolean
  rows: number
  settings: string[]
  digests: Record<string, string>
}

/** One that comes to its end. */
export async function move(dataDir: string, words: readonly string[], environment: Record<string, string> = {}): Promise<Told> {
  const moving = beginMove(dataDir, words, environment)
  const { code } = await moving.ended
  assert.equal(code, 0, moving.problem())
  return JSON.parse(moving.out()) as Told
}

/** One that is refused. */
export async function refusedMove(dataDir: string, words: readonly string[], environment: Record<string, string> = {}): Promise<string> {
  const { code, problem } = await cli(['migrate', '--data-dir', dataDir, ...words], environment)
  assert.equal(code, 1, problem)
  return problem.trimEnd().split('\n').at(-1) ?? ''
}

type Ask = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: string }>

/** The operator's way in. */
function operatorOf(server: ChildServer): { ask: Ask; release(): void } {
  const socket = socketPath(join(server.dataDir, 'control.sock'))
  const transport = socketTransport(socket.path)
  return {
    ask: (method, path, body) =>
      transport({
        method,
        path,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      }),
    release: () => socket.release(),
  }
}

const version = 'api-version=2026-09-01-preview'

async function registryIdOf(ask: Ask): Promise<string> {
  const first = JSON.parse((await ask('GET', `/subscriptions?api-version=2022-12-01`)).body) as { value: { id: string }[] }
  const all = JSON.parse((await ask('GET', `${first.value[0]?.id}/providers/Microsoft.ContainerRegistry/registries?${version}`)).body) as {
    value: { id: string; name: string }[]
  }
  return all.value.find(({ name }) => name === 'local')?.id ?? ''
}

/** What a registry may have of everything: large and small blobs, images, an index, referrers, tags that were moved, locks, tokens, people. */
export async function fill(server: ChildServer): Promise<void> {
  const children = [
    await pushImage(server, 'team/app', 'amd64', makeImage({}, [40_000, 300])),
    await pushImage(server, 'team/app', 'arm64'),
  ]
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: children.map(({ descriptor }) => descriptor) }
  const put = async (repository: string, tag: string, body: object | Buffer, mediaType?: string) => {
    const answer = await putManifest(server, repository, tag, body, mediaType === undefined ? {} : { mediaType })
    assert.equal(answer.status, 201, answer.body.toString())
  }
  await put('team/app', 'v1', index, mediaTypes.index)
  const [subject] = children
  assert.ok(subject)
  const empty = Buffer.from('{}')
  await pushBlob(server, 'team/app', empty)
  const signature = someBytes(120)
  await pushBlob(server, 'team/app', signature)
  await put('team/app', 'signature', {
    schemaVersion: 2,
    mediaType: mediaTypes.image,
    artifactType: 'application/vnd.example.signature',
    config: describeBytes(mediaTypes.empty, empty),
    layers: [describeBytes('application/vnd.example.payload', signature)],
    subject: subject.descriptor,
    annotations: { 'org.example.note': 'é, 漢, \u2028' },
  })
  const docker = makeImage({ mediaType: 'application/vnd.docker.distribution.manifest.v2+json' }, [20_000])
  for (const blob of [docker.config, ...docker.layers]) await pushBlob(server, 'library/old', blob)
  await put('library/old', 'latest', docker.manifest, 'application/vnd.docker.distribution.manifest.v2+json')
  for (let turn = 0; turn < 3; turn++) await pushImage(server, 'team/moved', 'latest', makeImage({}, [17_000 + turn]))
  await pushImage(server, 'team/moved', 'gone')
  await pushImage(server, 'team/deleted', 'v1')
  for (const [method, path, body] of [
    ['DELETE', '/acr/v1/team/moved/_tags/gone', undefined],
    ['DELETE', '/acr/v1/team%2Fdeleted', undefined],
    ['PATCH', '/acr/v1/library%2Fold/_tags/latest', '{"deleteEnabled":false}'],
    ['PATCH', '/acr/v1/team%2Fapp', '{"writeEnabled":true,"listEnabled":true}'],
  ] as const) {
    const answer = await send(server, method, path, body === undefined ? {} : { body })
    assert.ok(answer.status < 300, `${path} ${answer.status} ${answer.body.toString()}`)
  }
  assert.equal((await patchChunk(server, await startUpload(server, 'team/app'), someBytes(70_000), 0)).status, 202)
  await fillControlPlane(server)
}

async function fillControlPlane(server: ChildServer): Promise<void> {
  const { ask, release } = operatorOf(server)
  const registry = await registryIdOf(ask)
  const properties = { actions: ['repositories/team/app/content/read'], description: 'of a test' }
  const made = [
    await ask('PUT', `${registry}/scopeMaps/reader?${version}`, { properties }),
    await ask('PUT', `${registry}/tokens/helper?${version}`, {
      properties: { scopeMapId: `${registry}/scopeMaps/reader`, status: 'enabled' },
    }),
    await ask('POST', `${registry}/generateCredentials?${version}`, { tokenId: `${registry}/tokens/helper` }),
    await ask('PUT', `${registry.replace(/local$/, 'contoso')}?${version}`, {
      location: 'local',
      sku: { name: 'Premium' },
      properties: {},
    }),
  ]
  for (const { status, body } of made) assert.ok(status < 300, `${status} ${body}`)
  release()
  for (const words of [
    ['user', 'create', 'alice'],
    ['sp', 'create', '--name', 'ci', '--role', 'AcrPush'],
    ['group', 'create', 'builders'],
    ['role', 'assign', '--assignee', 'alice', '--role', 'AcrPull'],
  ]) {
    const ran = await runCli(['identity', ...words, '--data-dir', server.dataDir])
    assert.equal(ran.code, 0, ran.problem)
  }
}

const bodyOf = ({ status, body }: Answer) => `${status} ${digestOf(body)} ${body.length < 600 ? body.toString() : ''}`

/** Everything that a client can ask for, as it is answered. */
export async function answersOf(server: ChildServer): Promise<Record<string, string>> {
  const answers: Record<string, string> = {}
  const get = async (path: string) => {
    const answer = await send(server, 'GET', path)
    answers[path] = bodyOf(answer)
    return answer
  }
  await get('/acr/v1/_catalog')
  const { repositories } = json<{ repositories: string[] }>(await get('/v2/_catalog'))
  for (const repository of repositories) {
    const quoted = encodeURIComponent(repository)
    await get(`/acr/v1/${quoted}`)
    await get(`/acr/v1/${quoted}/_tags`)
    const { tags } = json<{ tags: string[] }>(await get(`/v2/${repository}/tags/list`))
    for (const tag of tags) await get(`/v2/${repository}/manifests/${tag}`)
    const { manifests = [] } = json<{ manifests?: { digest: string }[] }>(await get(`/acr/v1/${quoted}/_manifests`))
    for (const { digest } of manifests) {
      const manifest = await get(`/v2/${repository}/manifests/${digest}`)
      await get(`/v2/${repository}/referrers/${digest}`)
      const { config, layers = [] } = json<{ config?: { digest: string }; layers?: { digest: string }[] }>(manifest)
      for (const blob of [config, ...layers]) if (blob) await get(`/v2/${repository}/blobs/${blob.digest}`)
    }
  }
  const { ask, release } = operatorOf(server)
  const registry = await registryIdOf(ask)
  for (const path of [
    `${registry}?${version}`,
    `${registry}/scopeMaps?${version}`,
    `${registry}/tokens?${version}`,
    `${registry.replace(/local$/, 'contoso')}?${version}`,
    `${registry}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01`,
    '/graph/v1.0/users',
    '/graph/v1.0/groups',
    '/graph/v1.0/servicePrincipals',
    '/graph/v1.0/applications',
  ]) {
    const { status, body } = await ask('GET', path)
    assert.equal(status, 200, `${path} ${body}`)
    answers[path] = body
  }
  // They are sealed with the key, and shown again.
  answers.credentials = (await ask('POST', `${registry}/listCredentials?${version}`)).body
  release()
  return answers
}

type Rows = Record<string, string[]>

const isOfServer = /^(?:sqlite_|schema_version|change_log|relocation|upload$)/
const left = (table: string): string => (table === 'object' ? ` WHERE state NOT IN ('staging', 'condemned', 'deleted')` : '')

/** A row as a text, without what belongs to a place. */
function textOf(table: string, row: Record<string, unknown>): string {
  const own = { ...row }
  if (table === 'object') delete own.backend
  if (table === 'event') delete own.xid
  if (table === 'usage') Object.assign(own, { reserved: 0, condemned: 0 })
  const value = (each: unknown) => (each instanceof Uint8Array ? Buffer.from(each).toString('hex') : each)
  return JSON.stringify(
    Object.keys(own)
      .sort()
      .map((name) => [name, value(own[name])]),
  )
}

/** Each table's rows, but for what does not move with the bytes. */
export function rowsInFile(path: string): Rows {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const names = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all() as { name: string }[]
    return Object.fromEntries(
      names
        .filter(({ name }) => !isOfServer.test(name))
        .map(({ name }) => [
          name,
          database
            .prepare(`SELECT * FROM ${name}${left(name)}`)
            .all()
            .map((row) => textOf(name, row))
            .sort(),
        ]),
    )
  } finally {
    database.close()
  }
}

export async function rowsIn(url: string): Promise<Rows> {
  const client = new Client({ connectionString: url, types: columnTypes })
  await client.connect()
  try {
    const { rows: names } = await client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    )
    const found: Rows = {}
    for (const { name } of names)
      if (!isOfServer.test(name))
        found[name] = (await client.query(`SELECT * FROM ${name}${left(name)}`)).rows.map((row) => textOf(name, row)).sort()
    return found
  } finally {
    await client.end()
  }
}

/** A data folder beside a server's. */
export const folderBeside = (server: ChildServer, name: string): string => join(dirname(server.dataDir), name)

/** The server begins again at another place. */
export async function restart(server: ChildServer, environment: Record<string, string>, dataDir = server.dataDir): Promise<void> {
  await server.end('SIGTERM')
  Object.assign(server, { dataDir })
  await server.up(environment)
}
