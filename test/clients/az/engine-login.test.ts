// az acr login with the engines that people have, and what they may do afterwards.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Result, told } from '../command.ts'
import { type DockerEngine, docker, startDockerEngine } from '../docker-engine.ts'
import { makeContext } from '../images.ts'
import { withHosts } from './own-hosts.ts'
import type { Profile } from './profile.ts'
import { copyImage, exposedCredential, pushNew, tokenUser } from './pushed.ts'
import { caOf, onStage } from './stage.ts'

const refusal = /denied|unauthorized|authentication required/i

onStage('login with an engine', (stage) => {
  let engine: DockerEngine
  before(async () => {
    const ca = await caOf(stage)
    const name = `local.${stage.domain}`
    engine = await startDockerEngine({ [stage.host]: ca, [name]: ca }, (command, args) => withHosts(stage.hosts, command, args))
  })
  after(() => engine?.stop())

  const withDocker = (person: Profile): Profile => {
    Object.assign(person.env, { ...engine.env, DOCKER_COMMAND: docker })
    return person
  }
  const succeeds = (words: readonly string[], result: Result) => assert.equal(result.code, 0, told(docker, words, result))
  const works = async (person: Profile, ...words: string[]) => {
    const result = await person.other(docker, words)
    succeeds(words, result)
    return result.stdout
  }
  const isRefused = async (person: Profile, ...words: string[]) => {
    const result = await person.other(docker, words)
    assert.notEqual(result.code, 0, told(docker, words, result))
    assert.match(result.stderr + result.stdout, refusal)
  }
  const build = async (person: Profile, image: string) => {
    const { directory } = await makeContext(stage.directory)
    await works(person, 'build', '-q', '--network', 'none', '-t', image, directory)
  }

  /** Who may not read the registry's resource is logged in to this name by az, which makes it of the cloud's suffix. */
  const named = () => `local.${stage.domain}`

  /** What `az acr login` says is not JSON, whatever --output says. */
  const logIn = async (person: Profile) => {
    const login = await person.run('acr', 'login', '-n', 'local')
    assert.equal(login.code, 0, told('az', ['acr', 'login'], login))
    assert.match(login.stdout + login.stderr, /Login Succeeded/)
  }

  test('the owner: az acr login, docker push, docker pull', async () => {
    const owner = withDocker(stage.owner)
    await logIn(owner)
    const image = `${stage.host}/hello:v1`
    await build(owner, image)
    await works(owner, 'push', image)
    await works(owner, 'system', 'prune', '-a', '-f')
    await works(owner, 'pull', image)
    assert.deepEqual(await owner.az('acr', 'repository', 'list', '-n', 'local'), ['hello'])
  })

  test('a holder of AcrPush pushes and pulls, and does not delete', async () => {
    const pusher = withDocker(await stage.principal('pusher', 'AcrPush'))
    await logIn(pusher)
    const image = `${named()}/pushed:v1`
    await build(pusher, image)
    await works(pusher, 'push', image)
    await works(pusher, 'pull', `${named()}/hello:v1`)
    await pusher.fails(
      /authentication required|unauthorized/i,
      'acr',
      'repository',
      'delete',
      '-n',
      'local',
      '--repository',
      'hello',
      '--yes',
    )
  })

  test('a holder of AcrPull pulls, and does not push', async () => {
    const puller = withDocker(await stage.principal('puller', 'AcrPull'))
    await logIn(puller)
    await works(puller, 'pull', `${named()}/hello:v1`)
    await works(puller, 'tag', `${named()}/hello:v1`, `${named()}/mine:v1`)
    await isRefused(puller, 'push', `${named()}/mine:v1`)
  })

  test('a Reader pulls, as with Azure, and does not push', async () => {
    const reader = withDocker(await stage.principal('reader', 'Reader'))
    await logIn(reader)
    await works(reader, 'pull', `${stage.host}/hello:v1`)
    await isRefused(reader, 'push', `${stage.host}/hello:v1`)
  })

  test('who has no role at the registry gets nothing', async () => {
    const group = `/subscriptions/${stage.subscription}/resourceGroups/elsewhere`
    await stage.owner.az('group', 'create', '-n', 'elsewhere', '-l', 'local')
    const stranger = withDocker(await stage.principal('stranger', 'AcrPull', group))
    await stranger.run('acr', 'login', '-n', 'local')
    await isRefused(stranger, 'pull', `${named()}/hello:v1`)
  })

  test('az acr login with podman', async () => {
    const person = await stage.principal('podman', 'AcrPush')
    const home = person.env.HOME ?? ''
    await mkdir(join(home, 'store'))
    const storage = `[storage]\ndriver="vfs"\ngraphroot="${home}/store"\nrunroot="${home}/run"\n`
    await writeFile(join(home, 'storage.conf'), storage)
    await writeFile(
      join(home, 'containers.conf'),
      '[containers]\ndefault_ulimits=[]\n[engine]\ncgroup_manager="cgroupfs"\nevents_logger="none"\nruntime="runc"\n',
    )
    Object.assign(person.env, { CONTAINERS_STORAGE_CONF: join(home, 'storage.conf'), DOCKER_COMMAND: 'podman' })
    await logIn(person)
    const image = `${named()}/hello:v1`
    const pulled = await person.other('podman', ['pull', '-q', image])
    succeeds(['podman', 'pull'], pulled)
    const pushed = await person.other('podman', ['push', image, `${named()}/by-podman:v1`])
    succeeds(['podman', 'push'], pushed)
    assert.ok((await stage.owner.az<string[]>('acr', 'repository', 'list', '-n', 'local')).includes('by-podman'))
  })

  test('--expose-token gives what any client can log in with', async () => {
    const exposed = await stage.owner.az<Record<string, string>>('acr', 'login', '-n', 'local', '--expose-token')
    assert.equal(exposed.loginServer, stage.host)
    assert.equal(exposed.username, tokenUser)
    assert.equal(exposed.accessToken, exposed.refreshToken)
    const person = withDocker(await stage.newProfile())
    const words = ['login', stage.host, '-u', tokenUser, '--password-stdin']
    succeeds(words, await person.other(docker, words, { input: exposed.refreshToken ?? '' }))
    await works(person, 'pull', `${stage.host}/hello:v1`)
    const wrong = await person.other(docker, words, { input: `${exposed.refreshToken}x` })
    assert.notEqual(wrong.code, 0)
  })

  test('a token for one name of the registry is good for the other', async () => {
    const credential = await exposedCredential(stage.owner)
    const layout = await pushNew(stage, stage.owner, [`local.${stage.domain}/named:v1`], { credential })
    const again = await copyImage(stage.owner, layout, `${stage.host}/named:v2`, credential)
    assert.equal(again.code, 0, again.stderr)
    const tags = await stage.owner.az('acr', 'repository', 'show-tags', '-n', `local.${stage.domain}`, '--repository', 'named')
    assert.deepEqual(tags, ['v1', 'v2'])
  })
})
