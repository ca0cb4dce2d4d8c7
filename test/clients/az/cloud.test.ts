// How az finds the cloud: through what `longshore env` sets, and through `az cloud register`.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { succeed } from '../command.ts'
import type { Profile } from './profile.ts'
import { onStage, type ServicePrincipal } from './stage.ts'

interface Cloud {
  name: string
  isActive: boolean
  endpoints: Record<string, string | null>
  suffixes: Record<string, string | null>
}

onStage(
  'cloud',
  (stage) => {
    const show = async (person: Profile) => person.az<Cloud>('cloud', 'show')

    test('an empty profile knows our cloud and no other', async () => {
      const person = await stage.newProfile()
      const clouds = await person.az<Cloud[]>('cloud', 'list')
      assert.deepEqual(
        clouds.map(({ name, isActive }) => ({ name, isActive })),
        [{ name: 'Longshore', isActive: true }],
      )
    })

    test('each endpoint that az works with is ours', async () => {
      const { endpoints, suffixes } = await show(await stage.newProfile())
      assert.equal(endpoints.resourceManager, stage.control)
      assert.equal(endpoints.management, stage.control)
      assert.equal(endpoints.activeDirectory, `${stage.control}/adfs`)
      assert.equal(endpoints.activeDirectoryResourceId, stage.control)
      assert.equal(endpoints.microsoftGraphResourceId, `${stage.control}/graph`)
      assert.equal(endpoints.activeDirectoryGraphResourceId, `${stage.control}/graph`)
      assert.equal(endpoints.portal, stage.control)
      assert.equal(suffixes.acrLoginServerEndpoint, `.${stage.domain}`)
      assert.equal(suffixes.storageEndpoint, stage.domain)
      assert.equal(suffixes.keyvaultDns, `.vault.${stage.domain}`)
      assert.equal(suffixes.sqlServerHostname, `.sql.${stage.domain}`)
    })

    test('"longshore env" makes a profile inside the data folder for who has none', async () => {
      const lines = (await stage.cli('env')).split('\n')
      const { env } = await stage.newProfile()
      assert.ok(lines.includes(`export AZURE_CONFIG_DIR='${join(stage.directory, 'data', 'azure')}'`))
      assert.notEqual(env.AZURE_CONFIG_DIR, join(stage.directory, 'data', 'azure'))
    })

    test('what az remembers of another server is forgotten with the next "longshore env"', async () => {
      const person = await stage.newProfile()
      await person.az('cloud', 'show')
      const kept = join(person.env.AZURE_CONFIG_DIR ?? '', 'cloudEndpoints.json')
      const before = await readFile(kept, 'utf8')
      const env = { LONGSHORE_DATA_DIR: join(stage.directory, 'data'), AZURE_CONFIG_DIR: person.env.AZURE_CONFIG_DIR }
      const again = () => succeed(process.execPath, ['bin/longshore.js', 'env'], { env })
      await again()
      assert.equal(await readFile(kept, 'utf8'), before, 'what is right stays')
      const wrong = before.replaceAll(stage.control, 'https://localhost:1')
      assert.notEqual(wrong, before)
      await succeed('sh', ['-c', 'printf %s "$0" > "$1"', wrong, kept])
      await again()
      assert.equal((await show(person)).endpoints.resourceManager, stage.control)
    })

    test('az cloud register finds the rest by itself; the authority of AD FS is given by hand', async () => {
      const person = await stage.newProfile()
      delete person.env.ARM_CLOUD_METADATA_URL
      const register = ['--endpoint-resource-manager', stage.control, '--endpoint-active-directory', `${stage.control}/adfs`]
      await person.az('cloud', 'register', '--name', 'Ours', ...register)
      await person.az('cloud', 'set', '--name', 'Ours')
      const cloud = await show(person)
      assert.equal(cloud.name, 'Ours')
      assert.equal(cloud.endpoints.activeDirectory, `${stage.control}/adfs`)
      assert.equal(cloud.endpoints.resourceManager, stage.control)
      assert.equal(cloud.endpoints.activeDirectoryResourceId, stage.control)
      assert.equal(cloud.endpoints.microsoftGraphResourceId, `${stage.control}/graph`)
      assert.equal(cloud.suffixes.acrLoginServerEndpoint, `.${stage.domain}`)
    })

    test('az cloud register without an authority gets the Entra shape; a slash at the end does no harm', async () => {
      const person = await stage.newProfile()
      delete person.env.ARM_CLOUD_METADATA_URL
      await person.az('cloud', 'register', '--name', 'Ours', '--endpoint-resource-manager', `${stage.control}/`)
      await person.az('cloud', 'set', '--name', 'Ours')
      assert.equal((await show(person)).endpoints.activeDirectory, stage.control)
    })

    test('az 2.45 registers the cloud by its own form; it learns no suffix and is told it', async () => {
      const person = await stage.newProfile('debian')
      delete person.env.ARM_CLOUD_METADATA_URL
      const suffix = ['--suffix-acr-login-server-endpoint', `.${stage.domain}`]
      await person.az('cloud', 'register', '--name', 'Ours', '--endpoint-resource-manager', stage.control, ...suffix)
      await person.az('cloud', 'set', '--name', 'Ours')
      const cloud = await show(person)
      assert.equal(cloud.endpoints.activeDirectory, `${stage.control}/adfs`)
      assert.equal(cloud.endpoints.activeDirectoryResourceId, stage.control)
      assert.equal(cloud.endpoints.activeDirectoryGraphResourceId, `${stage.control}/graph`)
      assert.equal(cloud.suffixes.acrLoginServerEndpoint, `.${stage.domain}`)
    })

    test("docs/compat/az.md's file tells either az everything, Graph too", async () => {
      const page = await readFile(new URL('../../../docs/compat/az.md', import.meta.url), 'utf8')
      const [, block = ''] = /```json\n(.*?)```/s.exec(page) ?? []
      const file = join(stage.directory, 'cloud.json')
      await writeFile(file, block.replaceAll('longshore.localhost:5443', stage.domain).replaceAll('https://localhost:5443', stage.control))
      const created = await stage.cli('identity', 'sp', 'create', '--name', 'from-a-file', '--role', 'Owner', '--output', 'json')
      const { appId, password, tenant } = JSON.parse(created) as ServicePrincipal
      for (const which of ['pypi', 'debian'] as const) {
        const person = await stage.newProfile(which)
        for (const name of ['ARM_CLOUD_METADATA_URL', 'AZURE_CORE_INSTANCE_DISCOVERY', 'AZURE_AUTHORITY_HOST']) delete person.env[name]
        await person.az('cloud', 'register', '--name', 'Ours', '--cloud-config', `@${file}`)
        await person.az('cloud', 'set', '--name', 'Ours')
        await person.az('login', '--service-principal', '-u', appId, '-p', password, '--tenant', tenant)
        assert.deepEqual(await person.az('acr', 'repository', 'list', '-n', 'local'), [], which)
        const [principal] = await person.az<{ displayName: string }[]>('ad', 'sp', 'list', '--all')
        assert.equal(principal?.displayName, 'from-a-file', which)
      }
    })

    test('az 2.45 finds the cloud through the environment too', async () => {
      const { name, endpoints, suffixes } = await show(await stage.newProfile('debian'))
      assert.equal(name, 'Longshore')
      assert.equal(endpoints.activeDirectory, `${stage.control}/adfs`)
      assert.equal(suffixes.acrLoginServerEndpoint, `.${stage.domain}`)
    })
  },
  { signedIn: false },
)
