import { armActions, type ArmDeed, type Deed } from './authorization-model.ts'

/** A request of a registry's content, who may make it, and what it answers to who may. */
export interface ContentRequest {
  name: string
  method: string
  path: string
  /** Any one of these is enough. */
  needs: readonly (Deed | 'knock')[]
  status: number
  body?: string
  type?: string
}

export interface ArmRequest {
  deed: ArmDeed
  method: string
  /** Behind the registry's id. */
  path: string
  status: number
  body?: unknown
  headers?: Record<string, string>
}

export const image = 'sample/a'
const absent = `sha256:${'0'.repeat(64)}`
const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** Nothing of them changes what the next one finds: what is deleted was not there, what is put was. */
export function contentRequests(pushed: { manifest: string; digest: string; config: string }): readonly ContentRequest[] {
  const { manifest, digest, config } = pushed
  const v2 = (
    name: string,
    method: string,
    path: string,
    needs: Deed,
    status: number,
    more: Partial<ContentRequest> = {},
  ): ContentRequest => ({
    name,
    method,
    path: `/v2/${image}/${path}`,
    needs: [needs],
    status,
    ...more,
  })
  const acr = (name: string, method: string, path: string, needs: readonly Deed[], status: number, body?: object): ContentRequest => ({
    name: `acr ${name}`,
    method,
    path: `/acr/v1/${path}`,
    needs,
    status,
    ...(body ? { body: JSON.stringify(body), type: 'application/json' } : {}),
  })
  const unlocked = { deleteEnabled: true }
  return [
    { name: 'ping', method: 'GET', path: '/v2/', needs: ['knock'], status: 200 },
    { name: 'catalog', method: 'GET', path: '/v2/_catalog', needs: ['list catalog'], status: 200 },
    v2('manifest', 'GET', 'manifests/v1', 'pull', 200),
    v2('manifest by digest', 'HEAD', `manifests/${digest}`, 'pull', 200),
    v2('blob', 'GET', `blobs/${config}`, 'pull', 200),
    v2('blob there', 'HEAD', `blobs/${config}`, 'pull', 200),
    v2('tags', 'GET', 'tags/list', 'read metadata', 200),
    v2('referrers', 'GET', `referrers/${digest}`, 'pull', 200),
    v2('push', 'PUT', 'manifests/v1', 'push', 201, { body: manifest, type: manifestType }),
    v2('upload', 'POST', 'blobs/uploads/', 'push', 202),
    v2('delete manifest', 'DELETE', `manifests/${absent}`, 'delete', 404),
    v2('delete blob', 'DELETE', `blobs/${absent}`, 'delete', 404),
    acr('catalog', 'GET', '_catalog', ['list catalog'], 200),
    acr('repository', 'GET', image, ['read metadata'], 200),
    acr('tags', 'GET', `${image}/_tags`, ['read metadata'], 200),
    acr('tag', 'GET', `${image}/_tags/v1`, ['read metadata'], 200),
    acr('manifests', 'GET', `${image}/_manifests`, ['read metadata'], 200),
    acr('manifest', 'GET', `${image}/_manifests/${digest}`, ['read metadata'], 200),
    acr('unlock repository', 'PATCH', image, ['write metadata'], 200, unlocked),
    acr('unlock tag', 'PATCH', `${image}/_tags/v1`, ['write metadata'], 200, unlocked),
    acr('unlock manifest', 'PATCH', `${image}/_manifests/${digest}`, ['write metadata'], 200, unlocked),
    acr('untag', 'DELETE', `${image}/_tags/absent`, ['delete', 'write metadata'], 404),
    acr('delete repository', 'DELETE', 'absent', ['delete'], 404),
  ]
}

const nobody = '99999999-0000-4000-8000-000000000000'
const authorization = '/providers/Microsoft.Authorization'

/** As with content: each can be made again and again. */
export const armRequests: readonly ArmRequest[] = [
  { deed: 'show registry', method: 'GET', path: '', status: 200 },
  { deed: 'change registry', method: 'PATCH', path: '', status: 200, body: { tags: { a: 'b' } } },
  { deed: 'delete registry', method: 'DELETE', path: '', status: 412, headers: { 'if-match': '"another"' } },
  { deed: 'show passwords', method: 'POST', path: '/listCredentials', status: 200 },
  { deed: 'renew password', method: 'POST', path: '/regenerateCredential', status: 200, body: { name: 'password2' } },
  { deed: 'make token password', method: 'POST', path: '/generateCredentials', status: 400, body: { tokenId: '/absent' } },
  { deed: 'show usage', method: 'GET', path: '/listUsages', status: 200 },
  { deed: 'show token', method: 'GET', path: '/tokens/guest', status: 200 },
  { deed: 'change token', method: 'PATCH', path: '/tokens/guest', status: 200, body: { properties: { status: 'enabled' } } },
  {
    deed: 'change scope map',
    method: 'PATCH',
    path: '/scopeMaps/guests',
    status: 201,
    body: { properties: { description: 'for guests' } },
  },
  { deed: 'show roles', method: 'GET', path: `${authorization}/roleAssignments/${nobody}`, status: 404 },
  {
    deed: 'give role',
    method: 'PUT',
    path: `${authorization}/roleAssignments/${nobody}`,
    status: 400,
    body: { properties: { roleDefinitionId: '7f951dda-4ed3-4680-a7ca-43fe172d538d', principalId: nobody } },
  },
  { deed: 'take role', method: 'DELETE', path: `${authorization}/roleAssignments/${nobody}`, status: 204 },
  { deed: 'make role', method: 'PUT', path: `${authorization}/roleDefinitions/${nobody}`, status: 400, body: { properties: {} } },
]

export const everyArmDeed = Object.keys(armActions) as ArmDeed[]
