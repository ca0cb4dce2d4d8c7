// az acr check-health on the port where it looks: each step about a registry, and each failure that it has a name for.
import assert from 'node:assert/strict'
import { appendFile, mkdtemp, writeFile } from 'node:fs/promises'
import { Agent, get } from 'node:https'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Result, told } from '../../command.ts'
import { docker, startDockerEngine } from '../../docker-engine.ts'
import type { Profile } from '../profile.ts'
import { pushNew } from '../pushed.ts'
import { openRelay, type Relay } from '../relay.ts'
import { caOf, onStage } from '../stage.ts'

onStage(
  'check-health',
  (stage) => {
    let tools = ''
    let relays: Relay[] = []
    const az: typeof stage.owner.az = (...args) => stage.owner.az(...args)
    const nameOf = (registry: string) => `${registry}.${stage.domain}`

    before(async () => {
      tools = await mkdtemp(join(stage.directory, 'tools-'))
      await writeTools(tools)
      withTools(stage.owner)
      await pushNew(stage, stage.owner, [`${stage.host}/team/app:v1`])
      await az('group', 'create', '-n', 'health', '-l', 'local')
      await az('acr', 'create', '-n', 'healthy', '-g', 'health', '--sku', 'Basic')
      await stage.refreshHosts()
    })
    after(async () => {
      for (const relay of relays) await relay.close()
    })

    /** With a docker and a helm that have nothing to complain of: az looks at them before and after the registry. */
    const withTools = (person: Profile): Profile => {
      person.env.PATH = `${tools}:${person.env.PATH}`
      return person
    }
    const check = (person: Profile, registry: string, ...more: string[]): Promise<Result> =>
      person.run('acr', 'check-health', '-n', registry, '--yes', ...more)

    const isHealthy = async (person: Profile, registry: string, host: string, ...more: string[]): Promise<void> => {
      const result = await check(person, registry, ...more)
      assert.equal(result.code, 0, told('az', ['acr', 'check-health'], result))
      assert.doesNotMatch(result.stderr, /An error occurred|Traceback/)
      const what = more[0] === '--repository' ? `repository '${more[1]}' in registry` : 'registry'
      const steps = [
        `DNS lookup to ${host} at IP 127.0.0.1 : OK`,
        `Challenge endpoint https://${host}/v2/ : OK`,
        `Fetch refresh token for registry '${host}' : OK`,
        `Fetch access token for ${what} '${host}' : OK`,
      ]
      for (const step of steps) assert.ok(result.stderr.includes(step), `${step}\n${told('az', ['acr', 'check-health'], result)}`)
    }

    /** Ends with an error, whose name and link are told; the steps before it went well. */
    const fails = async (result: Result, title: string, says: RegExp, passed: readonly string[] = []): Promise<void> => {
      assert.equal(result.code, 1, told('az', ['acr', 'check-health'], result))
      assert.deepEqual(/An error occurred: (\w+)/.exec(result.stderr)?.[1], title, told('az', ['acr', 'check-health'], result))
      assert.match(result.stderr, says)
      assert.ok(result.stderr.includes(`https://aka.ms/acr/errors#${title.toLowerCase()}`))
      assert.doesNotMatch(result.stderr, /Traceback/)
      const steps = [...result.stderr.matchAll(/(DNS lookup|Challenge endpoint|Fetch refresh token|Fetch access token).* : OK/g)]
      assert.deepEqual(
        steps.map(([, step]) => step),
        passed,
        told('az', ['acr', 'check-health'], result),
      )
    }
    const dns = ['DNS lookup']
    const challenged = [...dns, 'Challenge endpoint']
    const refreshed = [...challenged, 'Fetch refresh token']

    test('an owner: every step of both kinds of registry name', async () => {
      await isHealthy(stage.owner, 'local', 'localhost')
      await isHealthy(stage.owner, 'healthy', nameOf('healthy'))
      await isHealthy(stage.owner, 'local', 'localhost', '--repository', 'team/app')
      await isHealthy(stage.owner, 'healthy', nameOf('healthy'), '--repository', 'not/there/yet')
    })

    test('a registry that anybody may pull from still issues its challenge', async () => {
      await az('acr', 'update', '-n', 'local', '--anonymous-pull-enabled', 'true')
      await isHealthy(stage.owner, 'local', 'localhost')
      await az('acr', 'update', '-n', 'local', '--anonymous-pull-enabled', 'false')
    })

    test('holders of AcrPush and AcrPull, who do not see the resource', async () => {
      for (const role of ['AcrPush', 'AcrPull']) {
        const person = withTools(await stage.principal(`health-${role}`, role))
        await isHealthy(person, 'local', nameOf('local'))
        await fails(
          await check(person, 'local', '--repository', 'team/app'),
          'CONNECTIVITY_ACCESS_TOKEN_ERROR',
          role === 'AcrPull'
            ? /You have pull and metadata_read permissions.* lacking push, metadata_write and delete repository/
            : /You have pull, push and metadata_read permissions.* lacking metadata_write and delete repository/,
          refreshed,
        )
      }
    })

    test('az 2.45', async () => {
      const person = withTools(await stage.newProfile('debian'))
      await person.az('login', '-u', 'owner', '-p', stage.ownerPassword)
      await isHealthy(person, 'healthy', nameOf('healthy'))
    })

    test('a Docker engine beside; what az misses of it and of Helm does not hide the registry', async () => {
      const engine = await startDockerEngine({})
      try {
        const person = await stage.newProfile()
        await person.az('login', '-u', 'owner', '-p', stage.ownerPassword)
        Object.assign(person.env, { ...engine.env, DOCKER_COMMAND: docker })
        const { code, stderr } = await check(person, 'healthy', '--ignore-errors')
        assert.equal(code, 0, stderr)
        assert.match(stderr, /daemon status: available/i)
        assert.match(stderr, /Fetch access token for registry 'healthy\.longshore\.localhost' : OK/)
        assert.doesNotMatch(stderr, /CONNECTIVITY_|LOGIN_SERVER_ERROR/)
      } finally {
        await engine.stop()
      }
    })

    test('CONNECTIVITY_DNS_ERROR: a name that leads nowhere', async () => {
      await fails(
        await check(stage.owner, 'nowhere'),
        'CONNECTIVITY_DNS_ERROR',
        /Failed to reach DNS for registry 'nowhere\.longshore\.localhost'/,
      )
    })

    test('CONNECTIVITY_CHALLENGE_ERROR: a registry that is gone, and a door behind which nobody is', async () => {
      await appendFile(stage.hosts, `127.0.0.1 ${nameOf('deleted')}\n127.0.0.9 ${nameOf('nobody')}\n`)
      for (const registry of ['deleted', 'nobody'])
        await fails(
          await check(stage.owner, registry),
          'CONNECTIVITY_CHALLENGE_ERROR',
          new RegExp(`Registry '${registry}\\.longshore\\.localhost' did not issue a challenge`),
          dns,
        )
    })

    test('CONNECTIVITY_FORBIDDEN_ERROR: an address that the network rules keep out', async () => {
      await az('acr', 'update', '-n', 'local', '--default-action', 'Deny')
      await fails(await check(stage.owner, 'local'), 'CONNECTIVITY_FORBIDDEN_ERROR', /you don't have access to registry 'localhost'/, dns)
      await az('acr', 'update', '-n', 'local', '--public-network-enabled', 'false')
      await fails(await check(stage.owner, 'local'), 'CONNECTIVITY_FORBIDDEN_ERROR', /--query networkRuleSet/, dns)
      await az('acr', 'update', '-n', 'local', '--public-network-enabled', 'true', '--default-action', 'Allow')
      await isHealthy(stage.owner, 'local', 'localhost')
    })

    test('CONNECTIVITY_REFRESH_TOKEN_ERROR: no role at the registry, or a token of the wrong audience', async () => {
      const stranger = withTools(await stage.principal('health-stranger', 'AcrPull'))
      await fails(await check(stranger, 'healthy'), 'CONNECTIVITY_REFRESH_TOKEN_ERROR', /Response code: 401/, challenged)
      await az('acr', 'config', 'authentication-as-arm', 'update', '-r', 'local', '--status', 'disabled')
      const { env } = stage.owner
      env.AZURE_ACR_AUDIENCE_RESOURCE = stage.control
      await fails(await check(stage.owner, 'local'), 'CONNECTIVITY_REFRESH_TOKEN_ERROR', /Response code: 401/, challenged)
      delete env.AZURE_ACR_AUDIENCE_RESOURCE
      await isHealthy(stage.owner, 'local', 'localhost')
      await az('acr', 'config', 'authentication-as-arm', 'update', '-r', 'local', '--status', 'enabled')
    })

    test('CONNECTIVITY_TOOMANYREQUESTS_ERROR: somebody who may asks a Basic registry for more tokens than its tier gives', async () => {
      await az('acr', 'update', '-n', 'healthy', '--admin-enabled', 'true')
      const { username, passwords } = (await az('acr', 'credential', 'show', '-n', 'healthy')) as {
        username: string
        passwords: [{ value: string }]
      }
      const authorization = `Basic ${Buffer.from(`${username}:${passwords[0].value}`).toString('base64')}`
      const ca = await caOf(stage)
      const agent = new Agent({ keepAlive: true, maxSockets: 16 })
      const host = nameOf('healthy')
      const ask = () =>
        new Promise<number>((resolve, reject) => {
          const path = `/oauth2/token?service=${host}`
          get({ host: '127.0.0.1', servername: host, path, headers: { host, authorization }, agent, ca }, (answer) => {
            answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
          }).on('error', reject)
        })
      const { promise: refused, resolve: refuse } = Promise.withResolvers<void>()
      const rest = new AbortController()
      const crowd = Promise.all(
        Array.from({ length: 16 }, async () => {
          while (!rest.signal.aborted) if ((await ask()) === 429) refuse()
        }),
      )
      try {
        await Promise.race([refused, crowd])
        // Now and then one gets through, and is told at the next step, or gets through there, too.
        let limited = await check(stage.owner, 'healthy')
        const gotThrough = () => limited.code === 0 || /ACCESS_TOKEN_ERROR[^]*Response code: 429/.test(limited.stderr)
        for (let tries = 0; tries < 8 && gotThrough(); tries++) limited = await check(stage.owner, 'healthy')
        await fails(limited, 'CONNECTIVITY_TOOMANYREQUESTS_ERROR', /Too many requests, access to registry/, challenged)
      } finally {
        rest.abort()
        await crowd
        agent.destroy()
      }
    })

    test('what stands between: another name, another challenge, none, a certificate that nobody knows', async () => {
      const behind = { address: '127.0.0.1', host: nameOf('local'), ca: await caOf(stage) }
      const known = { between: '127.0.0.2', basics: '127.0.0.2', silent: '127.0.0.2', foreign: '127.0.0.3' }
      const names = Object.keys(known).map(nameOf)
      const challenge = (name: string, given: string | undefined) =>
        name === nameOf('basics') ? 'Basic realm="a proxy"' : name === nameOf('silent') ? undefined : given
      relays = [
        await openRelay({ address: '127.0.0.2', names, folder: join(stage.directory, 'data', 'tls'), trusted: true, behind, challenge }),
        await openRelay({ address: '127.0.0.3', names, folder: join(stage.directory, 'tls'), trusted: false, behind, challenge }),
      ]
      await appendFile(
        stage.hosts,
        Object.entries(known)
          .map(([name, address]) => `${address} ${nameOf(name)}\n`)
          .join(''),
      )
      // Tokens are asked for in the name that was spoken to, which the registry does not have.
      await fails(await check(stage.owner, 'between'), 'CONNECTIVITY_ACCESS_TOKEN_ERROR', /Response code: 400/, refreshed)
      await fails(await check(stage.owner, 'basics'), 'CONNECTIVITY_AAD_LOGIN_ERROR', /does not support AAD login/, challenged)
      await fails(await check(stage.owner, 'silent'), 'CONNECTIVITY_CHALLENGE_ERROR', /did not issue a challenge/, dns)
      await fails(await check(stage.owner, 'foreign'), 'CONNECTIVITY_SSL_ERROR', /Unable to establish a secure connection/, dns)
    })

    test('LOGIN_SERVER_ERROR: no such registry, and a cloud that does not tell how registries are called', async () => {
      const person = withTools(await stage.newProfile())
      delete person.env.ARM_CLOUD_METADATA_URL
      await person.az('cloud', 'register', '--name', 'Ours', '--endpoint-resource-manager', stage.control)
      await person.az('cloud', 'update', '--name', 'Ours', '--suffix-acr-login-server-endpoint', '')
      await person.az('cloud', 'set', '--name', 'Ours')
      await person.az('login', '-u', 'owner', '-p', stage.ownerPassword)
      await fails(await check(person, 'nowhere'), 'LOGIN_SERVER_ERROR', /retrieving the login server for registry 'nowhere'/)
      await isHealthy(person, 'healthy', nameOf('healthy'))
    })
  },
  { port: 443 },
)

async function writeTools(folder: string): Promise<void> {
  const client = '{"Client":{"Version":"27.0.0","GitCommit":"0000000","Os":"linux","Arch":"amd64"}}'
  const says = {
    docker: `version) echo '${client}' ;; pull) echo "Status: Downloaded newer image for $2" ;;`,
    helm: `version) echo 'version.BuildInfo{Version:"v3.19.0"}' ;;`,
    // az 2.45 looks for it too.
    notary: `version) echo 'Version: 0.6.0' ;;`,
  }
  for (const [name, cases] of Object.entries(says))
    await writeFile(join(folder, name), `#!/bin/sh\ncase $1 in ${cases} esac\n`, { mode: 0o755 })
}
