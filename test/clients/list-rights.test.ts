// Who may learn the names of tags, by which client: each has its own way to a token.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openPlane, type Plane, succeeded } from '../world/plane.ts'
import { json } from '../world/send.ts'
import { type Environment, run, succeed } from './command.ts'
import { type DockerEngine, docker, startDockerEngine } from './docker-engine.ts'
import { makeLayout } from './images.ts'
import type { Credential } from './server.ts'
import { goTool } from './tool.ts'

const repository = 'team/app'
const rights = ['content/read', 'content/write', 'content/delete', 'metadata/read', 'metadata/write'] as const

describe('who may list tags, by client', () => {
  let plane: Plane
  let engine: DockerEngine
  let directory: string
  let host = ''
  const who: Record<string, Credential | undefined> = {}
  let local = ''

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'longshore-list-rights-'))
    plane = await openPlane()
    host = `127.0.0.1:${plane.door.address.port}`
    local = `${plane.subscription}/resourceGroups/local/providers/Microsoft.ContainerRegistry/registries/local`
    const { user, password } = plane.door
    who.admin = { user, password }
    const layout = await makeLayout(directory)
    for (const tag of ['v1', 'v2'])
      await succeed('skopeo', [
        '--insecure-policy',
        'copy',
        '--dest-tls-verify=false',
        `--dest-creds=${user}:${password}`,
        `oci:${layout.directory}:v1`,
        `docker://${image()}:${tag}`,
      ])
    const puller = await plane.program('puller', { AcrPull: local })
    who.AcrPull = { user: puller.name, password: puller.password }
    for (const [index, actions] of [...rights.map((each) => [each]), ['content/read', 'metadata/read']].entries())
      who[actions.join(' and ')] = await robot(`robot${index}`, actions)
    engine = await startDockerEngine({})
  })
  after(async () => {
    await engine?.stop()
    await plane?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  async function robot(name: string, actions: readonly string[]): Promise<Credential> {
    const map = `${local}/scopeMaps/${name}`
    const properties = { actions: actions.map((each) => `repositories/${repository}/${each}`) }
    succeeded(await plane.arm('PUT', map, { body: { properties } }), 200, 201)
    succeeded(await plane.arm('PUT', `${local}/tokens/${name}`, { body: { properties: { scopeMapId: map, status: 'enabled' } } }), 200, 201)
    const made = await plane.arm('POST', `${local}/generateCredentials`, {
      body: { tokenId: `${local}/tokens/${name}`, name: 'password1' },
    })
    const { username, passwords } = json<{ username: string; passwords: { value: string }[] }>(succeeded(made, 200, 202))
    return { user: username, password: passwords[0]?.value ?? '' }
  }

  let users = 0
  async function homeOf(credential: Credential | undefined): Promise<Environment> {
    const HOME = join(directory, `user-${++users}`)
    await mkdir(join(HOME, '.docker'), { recursive: true, mode: 0o700 })
    const auths = credential ? { [host]: { auth: Buffer.from(`${credential.user}:${credential.password}`).toString('base64') } } : {}
    await writeFile(join(HOME, '.docker', 'config.json'), JSON.stringify({ auths }))
    return {
      ...engine.env,
      HOME,
      DOCKER_CONFIG: join(HOME, '.docker'),
      REGISTRY_AUTH_FILE: join(HOME, '.docker', 'config.json'),
      XDG_RUNTIME_DIR: HOME,
    }
  }

  const image = () => `${host}/${repository}`
  /** What is done, and whether it went well. */
  const clients = {
    'docker pull -a': async (env: Environment) => (await run(docker, ['pull', '-a', '-q', image()], { env })).code === 0,
    'skopeo list-tags': async (env: Environment) =>
      (await run('skopeo', ['list-tags', '--tls-verify=false', `docker://${image()}`], { env })).code === 0,
    'crane ls': async (env: Environment) => (await run(goTool('crane'), ['--insecure', 'ls', image()], { env })).code === 0,
    'regctl tag ls': async (env: Environment) => {
      await run(goTool('regctl'), ['registry', 'set', '--skip-check', host, '--tls', 'disabled'], { env })
      return (await run(goTool('regctl'), ['tag', 'ls', image()], { env })).code === 0
    },
    // Looks at the tags too, and gives up where they are refused, unless it is told to leave them.
    'skopeo inspect': async (env: Environment) =>
      (await run('skopeo', ['inspect', '--tls-verify=false', `docker://${image()}:v1`], { env })).code === 0,
    'skopeo inspect --no-tags': async (env: Environment) =>
      (await run('skopeo', ['inspect', '--no-tags', '--tls-verify=false', `docker://${image()}:v1`], { env })).code === 0,
  }
  type Client = keyof typeof clients
  const lists: readonly Client[] = ['skopeo list-tags', 'crane ls', 'regctl tag ls']
  const everything = Object.keys(clients) as Client[]
  const expected: Readonly<Record<string, readonly Client[]>> = {
    admin: everything,
    AcrPull: everything,
    anonymous: everything,
    'content/read': ['skopeo inspect --no-tags'],
    'content/write': [],
    'content/delete': [],
    'metadata/read': lists,
    'metadata/write': [],
    'content/read and metadata/read': everything,
  }

  for (const [principal, may] of Object.entries(expected))
    for (const client of everything)
      test(`${principal}: ${client} ${may.includes(client) ? 'works' : 'is refused'}`, async () => {
        if (principal === 'anonymous')
          succeeded(await plane.arm('PATCH', local, { body: { properties: { anonymousPullEnabled: true } } }), 200)
        const went = await clients[client](await homeOf(who[principal]))
        if (principal === 'anonymous')
          succeeded(await plane.arm('PATCH', local, { body: { properties: { anonymousPullEnabled: false } } }), 200)
        assert.equal(went, may.includes(client))
      })
})
