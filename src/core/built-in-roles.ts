import type { Permission } from './permission.ts'

/** A role that everybody has, under Azure's own id. */
export interface BuiltInRole {
  id: string
  name: string
  description: string
  permissions: readonly Permission[]
}

const registries = 'Microsoft.ContainerRegistry/registries'
const of = (type: string, ...verbs: string[]): string[] => verbs.map((verb) => `${registries}/${type}/${verb}`)
const crud = (type: string): string[] => of(type, 'read', 'write', 'delete')

function role(
  id: string,
  name: string,
  description: string,
  actions: readonly string[],
  dataActions: readonly string[] = [],
  notActions: readonly string[] = [],
): BuiltInRole {
  return { id, name, description, permissions: [{ actions, notActions, dataActions, notDataActions: [] }] }
}

const quarantined = `${registries}/quarantinedArtifacts`
const repositories = (...rights: string[]): string[] => rights.map((right) => `${registries}/repositories/${right}`)
const dataAccess = [
  ...crud('replications'),
  ...crud('privateEndpointConnections'),
  ...crud('tokens'),
  ...crud('scopeMaps'),
  ...crud('connectedRegistries'),
  ...crud('webhooks'),
]
const readsOf = (rights: readonly string[]): string[] => rights.filter((right) => right.endsWith('/read'))
const registryReads = [
  `${registries}/read`,
  `${registries}/operationStatuses/read`,
  `${registries}/listUsages/read`,
  `${registries}/listCredentials/action`,
]

/** Who holds it at `/` owns everything. */
export const ownerRole = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'

/** Azure's built-in roles that speak of registries, and those that speak of everything (acr "Built-in roles"). */
export const builtInRoles: readonly BuiltInRole[] = [
  role(ownerRole, 'Owner', 'Full access to all resources, including who may access them.', ['*']),
  role(
    'b24988ac-6180-42a0-ab88-20f7382dd24c',
    'Contributor',
    'Full access to all resources, but not to who may access them.',
    ['*'],
    [],
    ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write', 'Microsoft.Authorization/elevateAccess/Action'],
  ),
  role('acdd72a7-3385-48ef-bd42-f606fba81ae7', 'Reader', 'View all resources, but change nothing.', ['*/read']),
  role('18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', 'User Access Administrator', 'Manage who may access resources.', [
    '*/read',
    'Microsoft.Authorization/*',
  ]),
  role('7f951dda-4ed3-4680-a7ca-43fe172d538d', 'AcrPull', 'Pull images.', of('pull', 'read')),
  role('8311e382-0749-4cb8-b61a-304f252e45ec', 'AcrPush', 'Push and pull images.', [...of('pull', 'read'), ...of('push', 'write')]),
  role('c2f4ef07-c644-48eb-af81-4b1b4947fb11', 'AcrDelete', 'Delete images.', of('artifacts', 'delete')),
  role('6cef56e8-d556-48e5-a04f-b8e64114680f', 'AcrImageSigner', 'Sign images.', of('sign', 'write'), of('trustedCollections', 'write')),
  role('cdda3590-29a3-44f6-95f2-9f980659eb04', 'AcrQuarantineReader', 'Read images in quarantine.', of('quarantine', 'read'), [
    `${quarantined}/read`,
  ]),
  role(
    'c8d4ff99-41c3-41a8-9f60-21dfdad59608',
    'AcrQuarantineWriter',
    'Put images into quarantine and let them out.',
    of('quarantine', 'read', 'write'),
    [`${quarantined}/read`, `${quarantined}/write`],
  ),
  role(
    'b93aa761-3e63-49ed-ac28-beffa264f7ac',
    'Container Registry Repository Reader',
    'Read repositories, but not the catalog.',
    [],
    repositories('metadata/read', 'content/read'),
  ),
  role(
    '2a1e307c-b015-4ebd-883e-5b7698a07328',
    'Container Registry Repository Writer',
    'Read and write repositories, but not the catalog.',
    [],
    repositories('metadata/read', 'content/read', 'metadata/write', 'content/write'),
  ),
  role(
    '2efddaa5-3f1f-4df3-97df-af3f13818f4c',
    'Container Registry Repository Contributor',
    'Read, write and delete in repositories, but not the catalog.',
    [],
    repositories('metadata/read', 'content/read', 'metadata/write', 'content/write', 'metadata/delete', 'content/delete'),
  ),
  role(
    'bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7',
    'Container Registry Repository Catalog Lister',
    'List the repositories of a registry.',
    [],
    of('catalog', 'read'),
  ),
  role(
    '3bc748fc-213d-45c1-8d91-9da5725539b9',
    'Container Registry Contributor and Data Access Configuration Administrator',
    'Create, change and delete registries, and who may access their data.',
    [
      ...registryReads,
      `${registries}/write`,
      `${registries}/delete`,
      `${registries}/regenerateCredential/action`,
      `${registries}/generateCredentials/action`,
      `${registries}/privateEndpointConnectionsApproval/action`,
      `${registries}/connectedRegistries/deactivate/action`,
      ...of('webhooks', 'ping/action', 'listEvents/action', 'getCallbackConfig/action'),
      ...of('*', 'operationStatuses/read'),
      ...dataAccess,
      'Microsoft.Insights/alertRules/*',
      'Microsoft.Insights/diagnosticSettings/*',
      'Microsoft.Resources/deployments/*',
      'Microsoft.Resources/subscriptions/resourceGroups/read',
      'Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action',
    ],
  ),
  role(
    '69b07be0-09bf-439a-b9a6-e73de851bd59',
    'Container Registry Configuration Reader and Data Access Configuration Reader',
    'Read registries and who may access their data.',
    [
      ...registryReads,
      ...of('*', 'operationStatuses/read'),
      ...readsOf(dataAccess),
      'Microsoft.Resources/subscriptions/resourceGroups/read',
    ],
  ),
  role('fb382eab-e894-4461-af04-94435c366c3f', 'Container Registry Tasks Contributor', 'Manage tasks, runs and agent pools.', [
    `${registries}/read`,
    ...of('agentpools', '*'),
    ...of('tasks', '*'),
    ...of('runs', '*'),
    ...of('taskruns', '*'),
    `${registries}/scheduleRun/action`,
    `${registries}/listBuildSourceUploadUrl/action`,
  ]),
  role('bf94e731-3a51-4a7c-8c54-a1ab9971dfc1', 'Container Registry Transfer Pipeline Contributor', 'Manage transfer pipelines.', [
    ...of('exportPipelines', '*'),
    ...of('importPipelines', '*'),
    ...of('pipelineRuns', '*'),
  ]),
  role(
    '577a9874-89fd-4f24-9dbd-b5034d0ad23a',
    'Container Registry Data Importer and Data Reader',
    'Import images, and read them.',
    [`${registries}/importImage/action`, `${registries}/read`, ...of('pull', 'read')],
    [...repositories('metadata/read', 'content/read'), ...of('catalog', 'read')],
  ),
  role(
    'f094fb07-0703-4400-ad6a-e16dd8000e14',
    'Container Registry Credential Set Administrator',
    'Manage credential sets.',
    crud('credentialSets'),
  ),
  role(
    '29093635-9924-4f2c-913b-650a12949526',
    'Container Registry Credential Set Reader',
    'Read credential sets.',
    of('credentialSets', 'read'),
  ),
  role('df87f177-bb12-4db1-9793-a413691eff94', 'Container Registry Cache Rule Administrator', 'Manage cache rules.', crud('cacheRules')),
  role('c357b964-0002-4b64-a50d-7a28f02edc52', 'Container Registry Cache Rule Reader', 'Read cache rules.', of('cacheRules', 'read')),
]

const byId = new Map(builtInRoles.map((each) => [each.id, each]))

export const builtInRole = (id: string): BuiltInRole | undefined => byId.get(id.toLowerCase())
