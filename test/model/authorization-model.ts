/**
 * Who may do what, written down by hand: the expectation of the authorization matrix. Nothing of the code under test is
 * asked here; the roles are Azure's tables ("Azure built-in roles", Containers and General; ACR's roles and permissions),
 * said in words of this file.
 */

/** What can be done to a registry's content. */
export const deeds = ['pull', 'push', 'delete', 'read metadata', 'write metadata', 'list catalog'] as const
export type Deed = (typeof deeds)[number]

/** What can be done to the registry as a resource, and Azure's name for it. */
export const armActions = {
  'show registry': 'Microsoft.ContainerRegistry/registries/read',
  'change registry': 'Microsoft.ContainerRegistry/registries/write',
  'delete registry': 'Microsoft.ContainerRegistry/registries/delete',
  'show passwords': 'Microsoft.ContainerRegistry/registries/listCredentials/action',
  'renew password': 'Microsoft.ContainerRegistry/registries/regenerateCredential/action',
  'make token password': 'Microsoft.ContainerRegistry/registries/generateCredentials/action',
  'show usage': 'Microsoft.ContainerRegistry/registries/listUsages/read',
  'show token': 'Microsoft.ContainerRegistry/registries/tokens/read',
  'change token': 'Microsoft.ContainerRegistry/registries/tokens/write',
  'change scope map': 'Microsoft.ContainerRegistry/registries/scopeMaps/write',
  'show roles': 'Microsoft.Authorization/roleAssignments/read',
  'give role': 'Microsoft.Authorization/roleAssignments/write',
  'take role': 'Microsoft.Authorization/roleAssignments/delete',
  'make role': 'Microsoft.Authorization/roleDefinitions/write',
} as const
export type ArmDeed = keyof typeof armActions
const allArm = Object.keys(armActions) as ArmDeed[]
const shows: readonly ArmDeed[] = ['show registry', 'show usage', 'show token', 'show roles']
const rolesAndDefinitions: readonly ArmDeed[] = ['give role', 'take role', 'make role']

export interface RoleModel {
  id: string
  content: readonly Deed[]
  arm: readonly ArmDeed[]
}

/** The permissions of the role of one's own below. */
export const customPermissions = [
  {
    actions: ['Microsoft.ContainerRegistry/*'],
    notActions: [
      'Microsoft.ContainerRegistry/registries/push/write',
      'Microsoft.ContainerRegistry/registries/ARTIFACTS/*',
      'Microsoft.ContainerRegistry/registries/delete',
    ],
    dataActions: [],
    notDataActions: [],
  },
]

export const roles = {
  none: { id: '', content: [], arm: [] },
  Reader: { id: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', content: ['pull', 'read metadata', 'list catalog'], arm: shows },
  Contributor: {
    id: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
    content: deeds,
    arm: allArm.filter((each) => !rolesAndDefinitions.includes(each)),
  },
  Owner: { id: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', content: deeds, arm: allArm },
  'User Access Administrator': {
    id: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
    content: ['pull', 'read metadata', 'list catalog'],
    arm: [...shows, ...rolesAndDefinitions],
  },
  AcrPull: { id: '7f951dda-4ed3-4680-a7ca-43fe172d538d', content: ['pull', 'read metadata', 'list catalog'], arm: [] },
  AcrPush: { id: '8311e382-0749-4cb8-b61a-304f252e45ec', content: ['pull', 'push', 'read metadata', 'list catalog'], arm: [] },
  AcrDelete: { id: 'c2f4ef07-c644-48eb-af81-4b1b4947fb11', content: ['delete'], arm: [] },
  'Repository Reader': { id: 'b93aa761-3e63-49ed-ac28-beffa264f7ac', content: ['pull', 'read metadata'], arm: [] },
  'Repository Writer': {
    id: '2a1e307c-b015-4ebd-883e-5b7698a07328',
    content: ['pull', 'push', 'read metadata', 'write metadata'],
    arm: [],
  },
  'Repository Contributor': {
    id: '2efddaa5-3f1f-4df3-97df-af3f13818f4c',
    content: ['pull', 'push', 'delete', 'read metadata', 'write metadata'],
    arm: [],
  },
  'Catalog Lister': { id: 'bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7', content: ['list catalog'], arm: [] },
  'a role of one’s own': {
    id: '0f0f0f0f-0000-4000-8000-00000000c0de',
    content: ['pull', 'read metadata', 'write metadata', 'list catalog'],
    arm: allArm.filter((each) => each !== 'delete registry' && armActions[each].startsWith('Microsoft.ContainerRegistry/')),
  },
} as const satisfies Record<string, RoleModel>
export type RoleName = keyof typeof roles
export const roleNames = Object.keys(roles) as RoleName[]

/** Where a role is given, seen from the registry that is asked: the first four reach it. */
export const places = [
  'tenant',
  'subscription',
  'group',
  'registry',
  'child of the registry',
  'other registry',
  'registry of a longer name',
  'other group',
] as const
export type Place = (typeof places)[number]
const reaching: readonly Place[] = ['tenant', 'subscription', 'group', 'registry']

export const holders = ['itself', 'a group', 'a group of a group'] as const
export type Holder = (typeof holders)[number]

/** What happened just before the request. */
export const states = ['nothing', 'role taken', 'left the group', 'disabled', 'deleted'] as const
export type State = (typeof states)[number]
/** Through oneself there is no group to leave. */
export const happens = (state: State, holder: Holder): boolean => state !== 'left the group' || holder !== 'itself'

export const isThere = (state: State): boolean => state !== 'disabled' && state !== 'deleted'
export const holdsRole = (state: State, place: Place): boolean => state === 'nothing' && reaching.includes(place)

/** Of one's own roles; whoever comes and is there may knock at the front door. */
export const principalMay = (given: { role: RoleName; place: Place; state: State }, deed: Deed | 'knock'): boolean =>
  isThere(given.state) &&
  (deed === 'knock' || (holdsRole(given.state, given.place) && (roles[given.role].content as readonly Deed[]).includes(deed)))

export const principalMayArm = (given: { role: RoleName; place: Place; state: State }, deed: ArmDeed): boolean =>
  isThere(given.state) && holdsRole(given.state, given.place) && (roles[given.role].arm as readonly ArmDeed[]).includes(deed)

/** Repositories that tokens are tried on, and what of them a map's name takes in. */
export const repositories = ['sample', 'sample/a', 'sample/a/b', 'sample2/a', 'other'] as const
export type Repository = (typeof repositories)[number]
export const takenIn = {
  sample: ['sample'],
  'sample/a': ['sample/a'],
  'sample/*': ['sample/a', 'sample/a/b'],
  '*': repositories,
  absent: [],
} as const satisfies Record<string, readonly Repository[]>
export type MapName = keyof typeof takenIn

export const mapRights = {
  'content/read': 'pull',
  'content/write': 'push',
  'content/delete': 'delete',
  'metadata/read': 'read metadata',
  'metadata/write': 'write metadata',
} as const satisfies Record<string, Deed>
export type MapRight = keyof typeof mapRights

export const tokenStates = [
  'nothing',
  'disabled',
  'password expired',
  'password renewed',
  'map emptied',
  'map deleted',
  'token deleted',
] as const
export type TokenState = (typeof tokenStates)[number]
const signsIn: readonly TokenState[] = ['nothing', 'map emptied', 'map deleted']

/** A token never sees the catalog, and has what its map says now. */
export const tokenMay = (
  { maps, state }: { maps: readonly { name: MapName; right: MapRight }[]; state: TokenState },
  repository: Repository,
  deed: Deed | 'knock',
): boolean =>
  signsIn.includes(state) &&
  (deed === 'knock' ||
    (state === 'nothing' &&
      maps.some(({ name, right }) => mapRights[right] === deed && (takenIn[name] as readonly Repository[]).includes(repository))))

export const adminStates = ['nothing', 'switched off', 'password renewed'] as const
export type AdminState = (typeof adminStates)[number]
/** The admin user may do everything to the content, while it is on. */
export const adminMay = (state: AdminState): boolean => state === 'nothing'

/** Nobody in particular reads while anonymous pull is on; the front door and the catalog ask for a token, and take one that opens something. */
export const nobodyMay = (anonymousPull: boolean, form: 'nothing' | 'access token', deed: Deed | 'knock'): boolean =>
  anonymousPull &&
  (deed === 'pull' || deed === 'read metadata' || ((deed === 'knock' || deed === 'list catalog') && form === 'access token'))
