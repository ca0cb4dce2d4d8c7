import { digestOf, someBytes } from './content.ts'
import { type PlaneRegistry, type PlaneWire, type Somebody, succeeded } from './plane.ts'
import { json, type Principal } from './send.ts'

export const tokenUser = '00000000-0000-0000-0000-000000000000'

export interface Password {
  user: string
  password: string
}

export const makeMap = async ({ arm }: PlaneWire, registry: string, name: string, actions: readonly string[]) =>
  succeeded(await arm('PUT', `${registry}/scopeMaps/${name}`, { body: { properties: { actions } } }), 200)

export const makeToken = async ({ arm }: PlaneWire, registry: string, name: string, map: string) =>
  succeeded(await arm('PUT', `${registry}/tokens/${name}`, { body: { properties: { scopeMapId: `${registry}/scopeMaps/${map}` } } }), 201)

/** A new password of a registry's token, as az gets it. */
export async function passwordOf({ arm }: PlaneWire, registry: string, token: string): Promise<Password> {
  const body = { tokenId: `${registry}/tokens/${token}`, name: 'password1' }
  const result = json<{ passwords: [{ value: string }] }>(succeeded(await arm('POST', `${registry}/generateCredentials`, { body }), 200))
  return { user: token, password: result.passwords[0].value }
}

export async function adminOf({ arm }: PlaneWire, registry: string): Promise<Password> {
  const answer = succeeded(await arm('POST', `${registry}/listCredentials`), 200)
  const { username, passwords } = json<{ username: string; passwords: [{ value: string }] }>(answer)
  return { user: username, password: passwords[0].value }
}

/** A blob that nobody had before. */
export async function pushOwn({ ask }: PlaneRegistry, repository: string, as: Principal): Promise<string> {
  const bytes = someBytes()
  const digest = digestOf(bytes)
  succeeded(await ask('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { as, body: bytes }), 201)
  return digest
}

/** Each form in which somebody can hold a right at a registry that has a token `guest`. */
export async function everyCredential(plane: PlaneWire, registry: PlaneRegistry, somebody: Somebody): Promise<Record<string, Principal>> {
  const { id, exchange, accessToken, form } = registry
  const scope = 'repository:team/app:pull,push'
  const [admin, guest] = [await adminOf(plane, id), await passwordOf(plane, id, 'guest')]
  const tokensBy = async ({ user, password }: Password) => {
    const fields = { grant_type: 'password', username: user, password, scope }
    return json<{ access_token: string }>(succeeded(await form('token', fields), 200))
  }
  const [byAdmin, byGuest] = [await tokensBy(admin), await tokensBy(guest)]
  const refresh = await exchange(somebody.token)
  const asPassword = (password: string): Password => ({ user: tokenUser, password })
  return {
    admin,
    'token of the admin user': { token: byAdmin.access_token },
    guest,
    'token of a guest': { token: byGuest.access_token },
    'token of a principal': { token: await accessToken(refresh, scope) },
    'refresh token of a principal': asPassword(refresh),
  }
}

/** What a registry's access token names. */
export const accessOf = (token: string): unknown =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { access: unknown }).access

export const permissionOf = (action: string) => ({ actions: [action], notActions: [], dataActions: [], notDataActions: [] })
