// A holder of AcrPush and a holder of AcrPull: what each may do over the whole list of commands. What the owner may, the other themes do.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Layout } from '../images.ts'
import type { Profile } from './profile.ts'
import { copyImage, exposedCredential, pushNew } from './pushed.ts'
import { onStage } from './stage.ts'

/** A command, and what comes of it: a refusal, or what the printed is to be. */
type Row = [words: string, outcome: RegExp | ((printed: never) => unknown)]

/** ARM's refusal, which names the action. az often reads the registry first, and is refused that. */
const without = (action: string) => new RegExp(`AuthorizationFailed.*authorization to perform action '${action}' over scope`, 's')
const ofRegistries = (action: string) => without(`Microsoft.ContainerRegistry/${action}`)
const unread = ofRegistries('registries/read')
const refusedData = /authentication required|unauthorized/i
const refusedDirectory = /Insufficient privileges/i
const wordless = /invalid status 'Forbidden'/
const unseen = /could not be found in subscription/

const nothing = ({ length }: unknown[]) => length === 0
const some = ({ length }: unknown[]) => length > 0
const named = (name: string) => (printed: { name: string }) => printed.name === name
const here = '-n local -g local'
const within = '-r local -g local'

/** What stands in braces is known when the stage stands. */
const rows: Row[] = [
  ['account show', ({ state }: { state: string }) => state === 'Enabled'],
  ['account list-locations', some],
  ['provider list', some],
  ['provider register --namespace Microsoft.ContainerRegistry', ofRegistries('register/action')],
  ['group list', nothing],
  ['group show -n local', without('Microsoft.Resources/subscriptions/resourceGroups/read')],
  ['group exists -n local', wordless],
  ['group create -n made -l local', without('Microsoft.Resources/subscriptions/resourceGroups/write')],
  ['group delete -n local --yes', without('Microsoft.Resources/subscriptions/resourceGroups/delete')],
  ['resource list', nothing],
  ['resource show --ids {registry}', unread],
  ['resource tag --ids {registry} --tags a=1', unread],
  ['tag list --resource-id {registry}', without('Microsoft.Resources/tags/read')],
  ['acr list', nothing],
  ['acr show -n local', unseen],
  [`acr show ${here}`, unread],
  ['acr check-name -n fabrikam', ofRegistries('checkNameAvailability/read')],
  ['acr create -n fabrikam -g local -l local --sku Basic', ofRegistries('registries/write')],
  [`acr delete ${here} --yes`, ofRegistries('registries/delete')],
  [`acr update ${here} --admin-enabled false`, unread],
  [`acr show-usage ${here}`, unread],
  [`acr show-endpoints ${here}`, unread],
  [`acr credential show ${here}`, unread],
  [`acr credential renew ${here} --password-name password`, unread],
  [`acr network-rule list ${here}`, unread],
  [`acr network-rule add ${here} --ip-address 192.0.2.1`, unread],
  [`acr config authentication-as-arm show ${within}`, unread],
  [`acr scope-map create ${within} -n mapped --repository x content/read`, ofRegistries('registries/scopeMaps/write')],
  [`acr scope-map show ${within} -n _repositories_pull`, ofRegistries('registries/scopeMaps/read')],
  [`acr scope-map list ${within}`, nothing],
  [`acr scope-map delete ${within} -n mapped --yes`, ofRegistries('registries/scopeMaps/delete')],
  [`acr token create ${within} -n robot --scope-map _repositories_pull --no-passwords`, unseen],
  [`acr token credential generate ${within} -n robot`, unseen],
  [`acr token list ${within}`, nothing],
  [`acr token delete ${within} -n robot --yes`, ofRegistries('registries/tokens/delete')],
  ['role definition list --name AcrPull', nothing],
  ['role assignment list --scope {registry}', nothing],
  [
    'role assignment create --assignee-object-id {owner} --assignee-principal-type User --role {reader} --scope {registry}',
    without('Microsoft.Authorization/roleAssignments/write'),
  ],
  ['ad user list', some],
  ['ad sp list --all', some],
  ['ad user create --display-name X --user-principal-name x@longshore.localhost --password Correct-Horse-9-Battery', refusedDirectory],
  ['ad group create --display-name X --mail-nickname X', refusedDirectory],
  ['ad app create --display-name X', refusedDirectory],
  ['ad sp create-for-rbac --name X', refusedDirectory],
  ['acr repository list -n local', (found: string[]) => found.join() === 'team/app'],
  ['acr repository show -n local --repository team/app', ({ tagCount }: { tagCount: number }) => tagCount === 1],
  ['acr repository show-tags -n local --repository team/app', (tags: string[]) => tags.join() === 'v1'],
  ['acr manifest show -r local -n team/app:v1', ({ schemaVersion }: { schemaVersion: number }) => schemaVersion === 2],
  ['acr manifest list -r local -n team/app', some],
  ['acr manifest list-metadata -r local -n team/app', some],
  ['acr manifest show-metadata -r local -n team/app:v1', named('v1')],
  ['acr manifest list-referrers -r local -n team/app:v1', ({ manifests }: { manifests: unknown[] }) => nothing(manifests)],
  ['acr repository update -n local --image team/app:v1 --delete-enabled false', refusedData],
  ['acr manifest update-metadata -r local -n team/app:v1 --write-enabled false', refusedData],
  ['acr repository untag -n local --image team/app:v1', refusedData],
  ['acr manifest delete -r local -n team/app@{digest} --yes', refusedData],
  ['acr repository delete -n local --repository team/app --yes', refusedData],
]

onStage('people', (stage) => {
  let holders: [pusher: Profile, puller: Profile]
  let image: Layout
  let filledIn: (words: string) => string[]
  before(async () => {
    holders = await Promise.all([stage.principal('pusher', 'AcrPush'), stage.principal('puller', 'AcrPull')])
    image = await pushNew(stage, stage.owner, [`${stage.host}/team/app:v1`])
    const values: Record<string, string> = {
      registry: stage.registry,
      owner: (await stage.owner.az<{ id: string }>('ad', 'signed-in-user', 'show')).id,
      digest: image.digest,
      reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
    }
    filledIn = (words) => words.split(' ').map((word) => word.replace(/\{(\w+)\}/, (_, name: string) => values[name] ?? ''))
  })

  test(`${rows.length} commands by each: what they may see, and what they are refused`, async () => {
    const tried = holders.map(async (holder) => {
      for (const [words, outcome] of rows)
        if (outcome instanceof RegExp) await holder.fails(outcome, ...filledIn(words))
        else {
          const printed = await holder.az(...filledIn(words))
          assert.ok(outcome(printed as never), `${words} printed ${JSON.stringify(printed)}`)
        }
    })
    await Promise.all(tried)
  })

  test('the holder of AcrPush pushes, that of AcrPull does not', async () => {
    const push = async (person: Profile, to: string) =>
      copyImage(person, image, `local.${stage.domain}/${to}`, await exposedCredential(person))
    const [pusher, puller] = holders
    const [pushed, refused] = await Promise.all([push(pusher, 'team/app:pushed'), push(puller, 'team/app:pulled')])
    assert.equal(pushed.code, 0, pushed.stderr)
    assert.notEqual(refused.code, 0)
    assert.match(refused.stderr, refusedData)
  })

  test('nothing of what was refused was done', async () => {
    const az = <Shape>(words: string) => stage.owner.az<Shape>(...words.split(' '))
    const registry = await az<{ adminUserEnabled: boolean; tags: object | null }>('acr show -n local')
    assert.deepEqual([registry.adminUserEnabled, registry.tags ?? {}], [true, {}])
    const groups = await az<{ name: string }[]>('group list')
    assert.deepEqual(
      groups.map(({ name }) => name),
      ['local'],
    )
    const tag = await az<{ changeableAttributes: Record<string, boolean> }>('acr manifest show-metadata -r local -n team/app:v1')
    assert.deepEqual([tag.changeableAttributes.deleteEnabled, tag.changeableAttributes.writeEnabled], [true, true])
    assert.deepEqual(await az('acr token list -r local'), [])
  })
})
