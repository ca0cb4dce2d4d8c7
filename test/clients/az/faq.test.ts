// The lines of Azure Container Registry's own FAQ, run as they stand there.
import assert from 'node:assert/strict'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { azPython } from '../../../tools/install-clients.ts'
import { type Result, told } from '../command.ts'
import { type DockerEngine, docker, startDockerEngine } from '../docker-engine.ts'
import { makeContext } from '../images.ts'
import { withHosts } from './own-hosts.ts'
import type { Profile } from './profile.ts'
import { pushNew } from './pushed.ts'
import { caOf, onStage } from './stage.ts'

/** The FAQ's, but for `FROM alpine`, which needs the internet, and `RUN ls`, which adds nothing. */
const dockerfile = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "dd", "if=/dev/urandom", "of=1GB.bin", "bs=32M", "count=32"]
`
const gibibyte = 2 ** 30

onStage('FAQ', (stage) => {
  let engine: DockerEngine
  let registry = ''
  let id = ''
  before(async () => {
    const create = ['acr', 'create', '-n', 'myregistry', '-g', 'local', '--sku', 'Premium']
    ;({ id, loginServer: registry } = await stage.owner.az<{ id: string; loginServer: string }>(...create))
    await stage.refreshHosts()
    const ca = await caOf(stage)
    engine = await startDockerEngine({ [registry]: ca, [registry.toUpperCase()]: ca }, (command, args) =>
      withHosts(stage.hosts, command, args),
    )
    await atShell(stage.owner)
  })
  after(() => engine?.stop())

  /** A shell in which `az` and `docker` are what they are for people. */
  const atShell = async (person: Profile): Promise<Profile> => {
    const bin = join(person.env.HOME ?? '', 'bin')
    await mkdir(bin)
    for (const [name, command] of Object.entries({ az: `${azPython()} -m azure.cli`, docker })) {
      await writeFile(join(bin, name), `#!/bin/sh\nexec ${command} "$@"\n`)
      await chmod(join(bin, name), 0o755)
    }
    Object.assign(person.env, engine.env, { PATH: `${bin}:${person.env.PATH}` })
    return person
  }
  const shell = (person: Profile, line: string): Promise<Result> => person.other('sh', ['-c', line])
  const succeeds = async (person: Profile, line: string): Promise<string> => {
    const result = await shell(person, line)
    assert.equal(result.code, 0, told(line, [], result))
    return result.stdout
  }
  const fails = async (person: Profile, line: string, says: RegExp) => {
    const result = await shell(person, line)
    assert.notEqual(result.code, 0, told(line, [], result))
    assert.match(result.stderr + result.stdout, says, told(line, [], result))
  }
  const json = async <Shape>(person: Profile, line: string): Promise<Shape> => JSON.parse(await succeeds(person, line))

  test('how to get admin credentials', async () => {
    await fails(stage.owner, 'az acr credential show -n myRegistry', /--admin-enabled true/)
    await succeeds(stage.owner, 'az acr update -n myRegistry --admin-enabled true')
    const { username, passwords } = await json<{ username: string; passwords: { value: string }[] }>(
      stage.owner,
      'az acr credential show -n myRegistry',
    )
    assert.equal(username, 'myregistry')
    const login = (secret: string) => succeeds(stage.owner, `echo ${secret} | docker login ${registry} -u ${username} --password-stdin`)
    for (const { value } of passwords) assert.match(await login(value), /Login Succeeded/)
  })

  test('docker login with an upper-case name', async () => {
    const { passwords } = await json<{ passwords: { value: string }[] }>(stage.owner, 'az acr credential show -n myRegistry')
    const upper = registry.toUpperCase()
    assert.match(
      await succeeds(stage.owner, `echo ${passwords[0]?.value} | docker login ${upper} -u myregistry --password-stdin`),
      /Login Succeeded/,
    )
  })

  test('how to delete all manifests that no tag refers to', async () => {
    const to = `${registry}/myrepository`
    const credential = await adminCredential()
    const kept = await pushNew(stage, stage.owner, [`${to}:kept`], { credential })
    const gone = [
      await pushNew(stage, stage.owner, [`${to}:a`], { credential }),
      await pushNew(stage, stage.owner, [`${to}:b`, `${to}:c`], { credential }),
    ]
    for (const tag of ['a', 'b', 'c']) await succeeds(stage.owner, `az acr repository untag -n myRegistry --image myrepository:${tag}`)
    const list = 'az acr manifest list-metadata --name myrepository --registry myRegistry --query "[?tags[0]==null].digest" --output tsv'
    const untagged = async () => (await succeeds(stage.owner, list)).split('\n').filter(Boolean).sort()
    assert.deepEqual(await untagged(), gone.map(({ digest }) => digest).sort())
    await succeeds(stage.owner, `${list}  | xargs -I% az acr repository delete --name myRegistry --image myrepository@% -y`)
    assert.deepEqual(await untagged(), [])
    const left = await json<{ digest: string }[]>(stage.owner, 'az acr manifest list-metadata --name myrepository --registry myRegistry')
    assert.deepEqual(
      left.map(({ digest }) => digest),
      [kept.digest],
    )
  })

  test('… and an image of several architectures that a tag names stays whole', async () => {
    const to = `${registry}/multiarch`
    const credential = await adminCredential()
    const multi = await pushNew(stage, stage.owner, [`${to}:v1`], { credential, platforms: ['amd64', 'arm64'] })
    const left = await pushNew(stage, stage.owner, [`${to}:old`], { credential, platforms: ['amd64', 's390x'] })
    await succeeds(stage.owner, 'az acr repository untag -n myRegistry --image multiarch:old')
    const list = 'az acr manifest list-metadata --name multiarch --registry myRegistry --query "[?tags[0]==null].digest" --output tsv'
    const pipe = `${list}  | xargs -I% az acr repository delete --name myRegistry --image multiarch@% -y`
    const { code, stderr } = await shell(stage.owner, pipe)
    assert.equal(code, 123, stderr)
    // What az shows of each that is kept.
    const shown =
      /ERROR: .* Error: manifest sha256:\w+ is part of the index sha256:\w+, which tag v1 names: delete the index or the tag first\./g
    assert.equal(stderr.match(shown)?.length, 2, stderr)
    const untagged = (await succeeds(stage.owner, list)).split('\n').filter(Boolean).sort()
    assert.deepEqual(untagged, multi.manifests.map(({ digest }) => digest).sort())
    for (const { digest } of left.manifests) assert.ok(!untagged.includes(digest))
    const whole = `skopeo copy --all --quiet --insecure-policy --src-creds ${credential} docker://${to}:v1 dir:${stage.directory}/multiarch`
    await succeeds(stage.owner, whole)
    await succeeds(stage.owner, 'az acr repository delete -n myRegistry --repository multiarch -y')
  })

  test('how to grant access to pull images without permission to manage the registry: to a user, and to an application', async () => {
    await pushNew(stage, stage.owner, [`${registry}/hello-world:latest`], { credential: await adminCredential() })
    const password = 'Correct-Horse-9-Battery'
    const upn = 'user@longshore.localhost'
    await succeeds(stage.owner, `az ad user create --display-name User --user-principal-name ${upn} --password ${password}`)
    const application = await json<Record<'appId' | 'password' | 'tenant', string>>(stage.owner, 'az ad sp create-for-rbac -n app')
    const { appId, tenant } = application
    const logins: [assignee: string, login: string][] = [
      [upn, `az login -u ${upn} -p ${password}`],
      [appId, `az login --service-principal -u ${appId} -p '${application.password}' --tenant ${tenant}`],
    ]
    const pulls = async ([assignee, login]: (typeof logins)[number]) => {
      const person = await atShell(await stage.newProfile())
      await succeeds(person, login)
      assert.match(await succeeds(person, 'az acr login -n myRegistry 2>&1'), /Login Succeeded/)
      assert.deepEqual(await json<string[]>(person, 'az acr repository list -n myRegistry'), ['hello-world', 'myrepository'])
      await succeeds(person, `docker pull ${registry}/hello-world`)
      await succeeds(person, `docker tag ${registry}/hello-world ${registry}/${assignee.slice(0, 4)}`)
      await fails(person, `docker push ${registry}/${assignee.slice(0, 4)}`, /denied|unauthorized|authentication required/)
      assert.deepEqual(await json<unknown[]>(person, 'az acr list'), [])
      await fails(person, 'az acr show -n myRegistry', /could not be found/)
    }
    for (const [assignee, login] of logins) {
      await fails(await atShell(await stage.newProfile()), login, /No subscriptions found/)
      await succeeds(stage.owner, `az role assignment create --scope ${id} --role AcrPull --assignee ${assignee}`)
    }
    await Promise.all(logins.map(pulls))
    assert.deepEqual(await json<string[]>(stage.owner, 'az acr repository list -n myRegistry'), ['hello-world', 'myrepository'])
  })

  test('does the quota usage change: up by 1 GB with docker push, down within 5 s of the delete', async () => {
    const { directory } = await makeContext(stage.directory, dockerfile)
    const used = async () => {
      const usage = 'az acr show-usage -n myregistry --query "value[?name==\'Size\'].currentValue" -o tsv'
      return Number(await succeeds(stage.owner, usage))
    }
    const image = `${registry}/1gb:latest`
    await succeeds(stage.owner, `docker login ${registry} -u myregistry -p ${(await adminCredential()).slice('myregistry:'.length)}`)
    const before = await used()
    await succeeds(stage.owner, `docker build --network none -t ${image} ${directory}`)
    await succeeds(stage.owner, `docker push ${image}`)
    const pushed = await used()
    assert.ok(pushed - before >= gibibyte && pushed - before < 1.1 * gibibyte, `${before} → ${pushed}`)
    await succeeds(stage.owner, 'az acr repository delete -n myregistry --image 1gb -y')
    const deleted = performance.now()
    let after = await used()
    while (after > before && performance.now() - deleted < 5000) after = await used()
    assert.equal(after, before, `${((performance.now() - deleted) / 1000).toFixed(1)} s after the delete`)
  })

  const adminCredential = async () => {
    const { passwords } = await stage.owner.az<{ passwords: { value: string }[] }>('acr', 'credential', 'show', '-n', 'myregistry')
    return `myregistry:${passwords[0]?.value}`
  }
})
