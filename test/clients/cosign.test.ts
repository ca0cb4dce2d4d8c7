import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Environment, refused, run, succeed } from './command.ts'
import { makeLayout } from './images.ts'
import { onBothListeners, type User } from './scene.ts'
import type { Credential } from './server.ts'
import { goTool } from './tool.ts'
import { type Descriptor, send } from './wire.ts'

// Offline: no transparency log, no certificate authority, a key pair of our own.
const modes = {
  'tags beside the image': {
    sign: ['--new-bundle-format=false', '--use-signing-config=false', '--tlog-upload=false'],
    verify: ['--new-bundle-format=false'],
    attest: ['--new-bundle-format=false', '--use-signing-config=false', '--tlog-upload=false'],
  },
  'bundles that refer to the image': { sign: ['SIGNING_CONFIG'], verify: [], attest: ['SIGNING_CONFIG'] },
  'signatures that refer to the image': {
    sign: ['--new-bundle-format=false', '--use-signing-config=false', '--tlog-upload=false', '--registry-referrers-mode=oci-1-1'],
    verify: ['--new-bundle-format=false', '--experimental-oci11'],
    attest: undefined, // cosign writes old-style attestations as tags in every mode
  },
}

onBothListeners('cosign', (scene) => {
  const cosign = (...args: string[]) => [goTool('cosign'), args] as const
  const registry = () => (scene.listener === 'http' ? ['--allow-http-registry'] : ['--registry-cacert', scene.caFile])
  const loggedIn = async ({ user, password }: Credential): Promise<User> => {
    const env = { ...(await scene.newUser()), COSIGN_PASSWORD: '', COSIGN_EXPERIMENTAL: '1' }
    await succeed(...cosign('login', scene.host, '-u', user, '--password-stdin'), { env, input: password })
    await succeed(...cosign('generate-key-pair', '--output-key-prefix', join(env.HOME, 'key')), { env })
    await succeed(...cosign('signing-config', 'create', '--out', join(env.HOME, 'signing.json')), { env })
    await writeFile(join(env.HOME, 'predicate.json'), '{"built":"here"}')
    return env
  }
  const pushImage = async (env: Environment) => {
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    await succeed(goTool('crane'), ['push', layout.directory, `${scene.host}/${repository}:v1`], { env })
    return { repository, digest: layout.digest, image: `${scene.host}/${repository}@${layout.digest}` }
  }
  const key = (env: { HOME: string }, end: 'key' | 'pub') => ['--key', join(env.HOME, `key.${end}`)]
  const settle = (env: { HOME: string }, flags: string[]) =>
    flags.map((flag) => (flag === 'SIGNING_CONFIG' ? `--signing-config=${join(env.HOME, 'signing.json')}` : flag))
  const referrers = async (repository: string, digest: string): Promise<Descriptor[]> => {
    const answer = await send(scene.endpoint, 'GET', `/v2/${repository}/referrers/${digest}`, { credential: scene.admin })
    assert.equal(answer.status, 200, answer.body.toString())
    return JSON.parse(answer.body.toString()).manifests
  }
  const signatureTag = (digest: string, end: string) => `${digest.replace(':', '-')}.${end}`

  for (const [mode, flags] of Object.entries(modes)) {
    test(`sign, verify, attest, verify the attestation: ${mode}`, async () => {
      const env = await loggedIn(scene.admin)
      const { repository, digest, image } = await pushImage(env)
      const verify = cosign('verify', ...key(env, 'pub'), '--insecure-ignore-tlog', ...flags.verify, ...registry(), image)
      assert.notEqual((await run(...verify, { env })).code, 0, 'what is not signed must not verify')
      await succeed(...cosign('sign', '-y', ...key(env, 'key'), ...settle(env, flags.sign), ...registry(), image), { env })
      assert.ok((await succeed(...verify, { env })).includes(digest))
      if (flags.attest) {
        const predicate = ['--predicate', join(env.HOME, 'predicate.json'), '--type', 'custom']
        await succeed(...cosign('attest', '-y', ...key(env, 'key'), ...settle(env, flags.attest), ...predicate, ...registry(), image), {
          env,
        })
        const claim = ['verify-attestation', ...key(env, 'pub'), '--insecure-ignore-tlog', '--type', 'custom', ...flags.verify]
        await succeed(...cosign(...claim, ...registry(), image), { env })
      }
      const asTags = mode.startsWith('tags')
      assert.equal((await referrers(repository, digest)).length, asTags ? 0 : flags.attest ? 2 : 1)
      assert.equal((await scene.stored(repository, signatureTag(digest, 'sig'))) !== undefined, asTags)
      assert.equal((await scene.stored(repository, signatureTag(digest, 'att'))) !== undefined, asTags)
      assert.equal(await scene.stored(repository, digest.replace(':', '-')), undefined, 'no fallback tag was needed')
    })
  }

  test('another key does not verify', async () => {
    const env = await loggedIn(scene.admin)
    const stranger = await loggedIn(scene.admin)
    const { image } = await pushImage(env)
    await succeed(...cosign('sign', '-y', ...key(env, 'key'), `--signing-config=${join(env.HOME, 'signing.json')}`, ...registry(), image), {
      env,
    })
    const { code } = await run(...cosign('verify', ...key(stranger, 'pub'), '--insecure-ignore-tlog', ...registry(), image), { env })
    assert.notEqual(code, 0)
  })

  test('a wrong password and a read-only credential may not sign', async () => {
    const env = await loggedIn(scene.admin)
    const { repository, digest, image } = await pushImage(env)
    for (const credential of [scene.wrong, await scene.readOnly(repository)]) {
      const other = await loggedIn(credential) // cosign stores a login without asking the registry
      for (const flags of [modes['tags beside the image'], modes['bundles that refer to the image']]) {
        await refused(...cosign('sign', '-y', ...key(other, 'key'), ...settle(other, flags.sign), ...registry(), image), { env: other })
      }
    }
    assert.deepEqual(await referrers(repository, digest), [])
    assert.equal(await scene.stored(repository, signatureTag(digest, 'sig')), undefined)
  })
})
