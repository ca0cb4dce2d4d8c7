// A registry with a data endpoint: clients are sent there for blobs, with a link and without their password.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { after, before, test } from 'node:test'
import { told } from '../command.ts'
import { type DockerEngine, docker, startDockerEngine } from '../docker-engine.ts'
import type { Layout } from '../images.ts'
import { goTool } from '../tool.ts'
import { withHosts } from './own-hosts.ts'
import type { Profile } from './profile.ts'
import { exposedCredential, pushNew } from './pushed.ts'
import { caOf, onStage } from './stage.ts'

const themes = [
  ['lenient', {}],
  ['strict', { settings: { LONGSHORE_BLOB_REDIRECT: 'strict' } }],
] as const

for (const [setting, options] of themes)
  onStage(
    `data endpoint, ${setting}`,
    (stage) => {
      let engine: DockerEngine
      let image = ''
      let layout: Layout
      let credential = ''
      let blob = ''
      let person: Profile
      const dataHost = () => `local.local.data.${stage.domain}`
      const host = () => `local.${stage.domain}`

      const enable = ['acr', 'update', '-n', 'local', '--data-endpoint-enabled', 'true'] as const
      const show = ['acr', 'show-endpoints', '-n', 'local'] as const
      before(async () => {
        const { dataEndpointHostNames } = await stage.owner.az<{ dataEndpointHostNames: string[] }>(...enable)
        assert.deepEqual(dataEndpointHostNames, [dataHost()])
        await stage.refreshHosts()
        image = `${host()}/team/app:v1`
        credential = await exposedCredential(stage.owner)
        layout = await pushNew(stage, stage.owner, [image], { credential, bulk: 1 << 20 })
        blob = `https://${host()}/v2/team/app/blobs/${layout.layers[1]?.digest}`
        const ca = await caOf(stage)
        engine = await startDockerEngine({ [host()]: ca, [stage.host]: ca }, (command, args) => withHosts(stage.hosts, command, args))
        person = await stage.newProfile()
        Object.assign(person.env, engine.env)
      })
      after(() => engine?.stop())

      const does = async (command: string, ...args: string[]): Promise<string> => {
        const result = await person.other(command, args)
        assert.equal(result.code, 0, told(command, args, result))
        return result.stdout
      }
      const [user, password] = [() => credential.split(':')[0] ?? '', () => credential.slice(credential.indexOf(':') + 1)]

      /** What is done comes for blobs to the data endpoint, and gets none of them elsewhere. */
      const atDataEndpoint = async (work: () => Promise<unknown>): Promise<void> => {
        const logged = () => pause(300) // the log is written in pieces
        await logged()
        const { length } = stage.log()
        await work()
        await logged()
        const lines = stage.log().slice(length).split('\n')
        const asked = lines.filter((line) => line.includes('"method":"GET"') && line.includes('/blobs/sha256:'))
        const [there, here] = [
          asked.filter((line) => !line.includes('"path":"/v2/')),
          asked.filter((line) => line.includes('"path":"/v2/')),
        ]
        assert.ok(there.length > 0 && there.every((line) => line.includes('"status":200')), there.join('\n'))
        assert.ok(here.length >= there.length && here.every((line) => /"status":(?:307|401)/.test(line)), here.join('\n'))
        assert.doesNotMatch(lines.join('\n'), /sig=/, 'no link is told to the log')
      }

      test('az tells where clients are let through to', async () => {
        const { loginServer, dataEndpoints } = await stage.owner.az<{ loginServer: string; dataEndpoints: object[] }>(...show)
        assert.equal(loginServer, stage.host)
        assert.deepEqual(dataEndpoints, [{ region: 'local', endpoint: dataHost() }])
      })

      test('docker pulls', async () => {
        await does(docker, 'login', host(), '-u', user(), '-p', password())
        await atDataEndpoint(() => does(docker, 'pull', image))
        assert.match(await does(docker, 'images', '--format', '{{.Repository}}:{{.Tag}}'), /team\/app:v1/)
        await does(docker, 'system', 'prune', '-a', '-f')
      })

      test('docker pushes what is there in part, and pulls it', async () => {
        await does(docker, 'login', host(), '-u', user(), '-p', password())
        await does(docker, 'pull', image)
        await does(docker, 'tag', image, `${host()}/team/again:v1`)
        await does(docker, 'push', `${host()}/team/again:v1`)
        await does(docker, 'system', 'prune', '-a', '-f')
        await atDataEndpoint(() => does(docker, 'pull', `${host()}/team/again:v1`))
      })

      test('skopeo, crane and podman pull', async () => {
        const target = await mkdtemp(join(stage.directory, 'pulled-'))
        await atDataEndpoint(() =>
          does('skopeo', '--insecure-policy', 'copy', '--src-creds', credential, `docker://${image}`, `dir:${join(target, 'skopeo')}`),
        )
        await does(goTool('crane'), 'auth', 'login', host(), '-u', user(), '-p', password())
        await atDataEndpoint(() => does(goTool('crane'), 'pull', '--format=oci', image, join(target, 'crane')))
        await does(goTool('crane'), 'validate', '--remote', image)
        await writeFile(
          join(target, 'storage.conf'),
          `[storage]\ndriver="vfs"\ngraphroot="${join(target, 'store')}"\nrunroot="${join(target, 'run')}"\n`,
        )
        person.env.CONTAINERS_STORAGE_CONF = join(target, 'storage.conf')
        await atDataEndpoint(() => does('podman', 'pull', '-q', '--creds', credential, image))
      })

      test('curl -L with a user and a password', async () => {
        const got = join(await mkdtemp(join(stage.directory, 'curl-')), 'blob')
        await atDataEndpoint(() => does('curl', '-sS', '-f', '-L', '-u', credential, '-o', got, blob))
        assert.equal(`sha256:${(await does('sha256sum', got)).split(' ')[0]}`, layout.layers[1]?.digest)
      })

      test("the FAQ's lines: the link out of the answer, then the link", async () => {
        const script = `
          credential=$(printf %s "$1" | base64 -w 0)
          registry_host=$2 repository=team/app digest=$3
          REDIRECT_URL=$(curl -s -D - -H "Authorization: basic $credential" https://$registry_host/v2/$repository/blobs/$digest | grep "^Location: " | cut -d " " -f2 | tr -d '\\r')
          curl -s $REDIRECT_URL | sha256sum`
        const digest = layout.layers[1]?.digest ?? ''
        assert.match(await does('sh', '-c', script, 'sh', credential, host(), digest), new RegExp(`^${digest.slice('sha256:'.length)} `))
      })

      test('whoever sends the password along is told as Azure tells it, or is not looked at', async () => {
        const basic = `Authorization: basic ${Buffer.from(credential).toString('base64')}`
        const got = join(await mkdtemp(join(stage.directory, 'curl-')), 'blob')
        const status = await does('curl', '-s', '-L', '--location-trusted', '-H', basic, '-w', '%{http_code}', '-o', got, blob)
        assert.equal(status, setting === 'lenient' ? '200' : '400')
        if (setting === 'lenient') assert.equal(`sha256:${(await does('sha256sum', got)).split(' ')[0]}`, layout.layers[1]?.digest)
        else
          assert.match(
            await readFile(got, 'utf8'),
            /^<\?xml version="1\.0" encoding="utf-8"\?><Error><Code>InvalidAuthenticationInfo<\/Code><Message>Authentication information is not given in the correct format\. Check the value of Authorization header\.\nRequestId:[0-9a-f-]{36}\nTime:\S+Z<\/Message><\/Error>$/,
          )
      })

      test('under a name above that of the data endpoint some take the password along: lenient is for them', async () => {
        const short = `${stage.host}/team/app:v1`
        await does(docker, 'login', stage.host, '-u', user(), '-p', password())
        await does(docker, 'system', 'prune', '-a', '-f')
        // docker and crane have their own hand on the header.
        await atDataEndpoint(() => does(docker, 'pull', short))
        await does(goTool('crane'), 'auth', 'login', stage.host, '-u', user(), '-p', password())
        await atDataEndpoint(() => does(goTool('crane'), 'pull', '--format=oci', short, join(stage.directory, 'short')))
        // Every name here is below `localhost`, and Go's client trusts what is below a host as it trusts the host.
        const copy = ['--insecure-policy', 'copy', '--src-creds', credential, `docker://${short}`, `dir:${join(stage.directory, 'copied')}`]
        if (setting === 'lenient') await atDataEndpoint(() => does('skopeo', ...copy))
        else {
          const refused = await person.other('skopeo', copy)
          assert.notEqual(refused.code, 0, told('skopeo', copy, refused))
          assert.match(refused.stderr, /400|InvalidAuthenticationInfo/)
        }
      })
    },
    options,
  )
