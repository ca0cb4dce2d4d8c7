// A registry from the first call of a program to the last: created and changed by the management SDK, filled and emptied by
// the one for content, open to a client without a credential, and deleted.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { onStage, type ServicePrincipal } from '../az/stage.ts'
import type { Environment } from '../command.ts'
import { trusting, unchanged } from './environment.ts'
import type { AnonymousAnswer, ContentAnswer, Refusal, RegistryAnswer, Rights, Shown } from './answers.ts'
import { ask, type Credential, type Language, languages, type Program } from './sdk.ts'

const group = 'local'

onStage('a registry by the SDKs', (stage) => {
  let program: ServicePrincipal
  before(async () => {
    program = await stage.servicePrincipal('program', 'Owner', `/subscriptions/${stage.subscription}`)
  })

  /** Told where everything is. */
  async function explicit(): Promise<[Credential, Environment]> {
    const { tenant, appId: client, password: secret } = program
    return [{ way: 'secret', authority: stage.control, tenant, client, secret }, await trusting(stage)]
  }
  /** Told nothing: the environment says where everything is. */
  async function byEnvironment(): Promise<[Credential, Environment]> {
    const own = { AZURE_TENANT_ID: 'adfs', AZURE_CLIENT_ID: program.appId, AZURE_CLIENT_SECRET: program.password }
    return [{ way: 'default' }, await unchanged(stage, own)]
  }

  for (const language of languages) {
    const name = `by${language.toLowerCase()}`
    const endpoint = () => `https://${name}.${stage.domain}`

    async function asking<Answer>(
      what: Program,
      [credential, env]: [Credential, Environment],
      more: Record<string, unknown> = {},
    ): Promise<Answer> {
      const question = { credential, control: stage.control, subscription: stage.subscription, group, name, ...more }
      return ask<Answer>(stage, { language, program: what, question, env })
    }

    test(`${language}: create, show, list, change, credentials, scope maps and tokens`, async () => {
      const answer = await asking<RegistryAnswer>('registry', await explicit())
      assert.deepEqual([answer.free, answer.taken], [true, false])
      assert.deepEqual(answer.missing, { status: 404, code: 'ResourceNotFound' })
      assert.deepEqual([answer.wrong.status, answer.wrong.code], [400, 'InvalidResourceName'])
      const created: Shown = {
        id: `/subscriptions/${stage.subscription}/resourceGroups/${group}/providers/Microsoft.ContainerRegistry/registries/${name}`,
        name,
        type: 'Microsoft.ContainerRegistry/registries',
        location: 'local',
        tags: { team: 'harbour' },
        loginServer: new URL(endpoint()).host,
        provisioningState: 'Succeeded',
        adminUserEnabled: false,
        anonymousPullEnabled: false,
        sku: 'Premium',
        ranges: [],
        isNew: true,
      }
      assert.deepEqual(answer.created, created)
      const changes = { tags: { team: 'quay' }, adminUserEnabled: true, anonymousPullEnabled: true, ranges: ['203.0.113.0/24'] }
      assert.deepEqual(answer.updated, { ...created, ...changes })
      assert.deepEqual(answer.shown, answer.updated)
      assert.equal(answer.credentials.username, name)
      assert.equal(answer.renewed.values[0], answer.credentials.values[0])
      assert.notEqual(answer.renewed.values[1], answer.credentials.values[1])
      assert.ok(answer.scopeMaps.includes('reads') && answer.scopeMaps.includes('_repositories_pull'))
      assert.deepEqual(answer.tokens, ['robot'])
      assert.equal(answer.generated.username, 'robot')
      assert.equal(answer.generated.values.length, 1)
      for (const usage of ['Size', 'Webhooks', 'ScopeMaps', 'Tokens']) assert.ok(answer.usages.includes(usage), usage)
      for (const list of [answer.listed, answer.listedInGroup]) assert.deepEqual(list.toSorted(), [name, 'local'])
      await stage.refreshHosts()
    })

    test(`${language}: push, list, lock, unlock and delete, with the environment alone and the SDK's own audience`, async () => {
      const repository = 'team/app'
      const answer = await asking<ContentAnswer>('content', await byEnvironment(), { endpoint: endpoint(), repository })
      checkContent(language, answer, { repository, server: new URL(endpoint()).host })
    })

    test(`${language}: the same with everything given, and ARM's audience`, async () => {
      const more = { endpoint: endpoint(), repository: 'team/arm', audience: 'https://management.azure.com' }
      const answer = await asking<ContentAnswer>('content', await explicit(), more)
      checkContent(language, answer, { repository: 'team/arm', server: new URL(endpoint()).host })
    })

    test(`${language}: ARM's audience is refused once the registry wants its own`, async () => {
      const configure = (status: string) =>
        stage.owner.az('acr', 'config', 'authentication-as-arm', 'update', '--registry', name, '--status', status)
      await configure('disabled')
      const question = { endpoint: endpoint(), repository: 'team/other', audience: 'https://management.azure.com' }
      await assert.rejects(asking('content', await explicit(), question), /401|UNAUTHORIZED|authentication required/i)
      const answer = await asking<ContentAnswer>('content', await explicit(), { endpoint: endpoint(), repository: 'team/other' })
      assert.equal(answer.layer.digest, answer.layer.expected)
      await configure('enabled')
    })

    test(`${language}: a client without a credential reads where anonymous pull is on, and only reads`, async () => {
      const env = await trusting(stage)
      const question = { endpoint: endpoint(), repository: 'team/app' }
      const answer = await ask<AnonymousAnswer>(stage, { language, program: 'anonymous', question, env })
      assert.deepEqual(answer.repositories, ['team/app', 'team/arm', 'team/other'])
      assert.match(answer.digest, /^sha256:[0-9a-f]{64}$/)
      assert.equal(answer.layer[0], answer.layer[1])
      assert.deepEqual(answer.tags, ['again'])
      for (const refusal of [answer.push, answer.lock, answer.remove]) assert.deepEqual(refusal, { status: 401, code: 'UNAUTHORIZED' })
      await stage.owner.az('acr', 'update', '--name', name, '--anonymous-pull-enabled', 'false')
      await assert.rejects(ask(stage, { language, program: 'anonymous', question, env }), /401|UNAUTHORIZED|authentication required/i)
    })

    test(`${language}: delete`, async () => {
      const answer = await asking<{ missing: Refusal; listed: string[] }>('registry-end', await byEnvironment())
      assert.deepEqual(answer, { missing: { status: 404, code: 'ResourceNotFound' }, listed: ['local'] })
    })
  }
})

function checkContent(language: Language, answer: ContentAnswer, { repository, server }: { repository: string; server: string }): void {
  const { layer, first, second, index, seen, locked, unlocked, after } = answer
  const images = [first, second].toSorted()
  assert.deepEqual([layer.digest, layer.size, answer.downloaded], [layer.expected, 9_000_001, layer.expected])
  assert.deepEqual(answer.byTag, { digest: first, mediaType: 'application/vnd.oci.image.manifest.v1+json', layers: 1 })
  assert.deepEqual(answer.byDigest, { mediaType: 'application/vnd.oci.image.index.v1+json', isSame: true })

  assert.ok(seen.repositories.includes(repository))
  assert.deepEqual(seen.properties, { name: repository, tags: 3, manifests: 3 })
  assert.deepEqual(seen.manifests, [...images, index].toSorted())
  assert.deepEqual(seen.newestFirst, [index, second, first])
  assert.deepEqual(seen.tags, [
    ['all', index],
    ['v1', first],
    ['v2', second],
  ])
  assert.deepEqual(seen.pages, [['all'], ['v1'], ['v2']])
  assert.equal(seen.tag, first)
  const { size, ...image } = seen.image
  assert.deepEqual(image, { digest: first, tags: ['v1'], architecture: 'amd64', system: 'linux' })
  assert.ok(size > layer.size && size < layer.size + 1000, `${size}`)
  assert.deepEqual([seen.index.digest, seen.index.tags, seen.index.architecture], [index, ['all'], null])
  const tellsMore = language === 'JavaScript'
  assert.equal(seen.server, tellsMore ? server : undefined)
  const parts = [
    [first, 'amd64', 'linux'],
    [second, 'arm64', 'linux'],
  ]
  assert.deepEqual(seen.parts, tellsMore ? parts : undefined)

  const open: Rights = { canDelete: true, canWrite: true, canList: true, canRead: true }
  const refused: Refusal = { status: 405, code: 'REGISTRY_DISALLOWED_OPERATION' }
  assert.deepEqual(locked, {
    tag: { ...open, canDelete: false, canWrite: false },
    manifest: { ...open, canDelete: false, canWrite: false },
    repository: { ...open, canDelete: false },
    refusedTag: refused,
    refusedManifest: refused,
    refusedRepository: refused,
  })
  assert.deepEqual(unlocked, { tag: open, manifest: open, repository: open })

  assert.deepEqual([after.untagged, after.manifests], [[], images])
  assert.deepEqual([after.goneBlob, after.goneManifest, after.goneRepository], [404, 404, { status: 404, code: 'NAME_UNKNOWN' }])
  assert.ok(!after.repositories.includes(repository))
  assert.equal(answer.again, first, 'the same client pushes under the name again')
}
