import { JsonApi, type JsonApiOptions } from './json-api.ts'

export interface GraphUser {
  id: string
  displayName: string
  userPrincipalName: string
  accountEnabled: boolean
}

export interface GraphGroup {
  id: string
  displayName: string
}

/** A secret or a certificate; its text is told once, when it is made. */
export interface GraphCredential {
  keyId: string
  displayName: string | null
  startDateTime: string | null
  endDateTime: string | null
}

export interface GraphApplication {
  id: string
  appId: string
  displayName: string
  passwordCredentials: GraphCredential[]
  keyCredentials: GraphCredential[]
}

export interface GraphServicePrincipal extends GraphApplication {
  accountEnabled: boolean
}

export interface GraphObject {
  '@odata.type': '#microsoft.graph.user' | '#microsoft.graph.group' | '#microsoft.graph.servicePrincipal' | '#microsoft.graph.application'
  id: string
  displayName: string
  userPrincipalName?: string
  appId?: string
}

export interface Organization {
  id: string
  verifiedDomains: { name: string; isDefault: boolean }[]
}

/** A new certificate in PEM or DER, as base64; or one that is there, by its id, which stays. */
export type KeyCredential = { key: string } | { keyId: string }

export interface NewPassword {
  displayName: string
  startDateTime: string
  endDateTime: string
}

/** What an application is made with. */
export interface WholeApplication {
  credential: NewPassword | { key: string }
  /** The role by name or id, at a scope. */
  role?: { scope: string; roleDefinitionId: string }
}

type Collection = 'users' | 'groups' | 'applications' | 'servicePrincipals'

const userProperties = { $select: 'id,displayName,userPrincipalName,accountEnabled' }
const largestPage = { $top: '999' }
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const named = (name: string) => ({ query: { $filter: `displayName eq ${quoted(name)}` } })
const at = (collection: Collection, id: string): string => `/graph/v1.0/${collection}/${encodeURIComponent(id)}`
const all = (collection: Collection): string => `/graph/v1.0/${collection}`

/** Microsoft Graph, as far as a client of ours asks it. What it refuses is an ApiFailure. */
export class GraphClient {
  readonly #api: JsonApi

  constructor(options: JsonApiOptions) {
    this.#api = new JsonApi(options)
  }

  async organization(): Promise<Organization> {
    const [found] = (await this.#api.get<{ value: Organization[] }>('/graph/v1.0/organization')).value
    return found ?? { id: '', verifiedDomains: [] }
  }

  users(): AsyncGenerator<GraphUser> {
    return this.#api.pages(all('users'), { query: { ...userProperties, ...largestPage } })
  }

  /** @param user principal name, or object id */
  findUser(user: string): Promise<GraphUser | undefined> {
    return this.#api.find(at('users', user), { query: userProperties })
  }

  createUser(given: { displayName: string; userPrincipalName: string; mailNickname: string; password: string }): Promise<GraphUser> {
    const { password, ...rest } = given
    return this.#api.post(all('users'), { body: { ...rest, accountEnabled: true, passwordProfile: passwordProfile(password) } })
  }

  updateUser(id: string, { password, ...change }: { accountEnabled?: boolean; password?: string }): Promise<void> {
    const body = { ...change, ...(password === undefined ? {} : { passwordProfile: passwordProfile(password) }) }
    return this.#api.patch(at('users', id), { body })
  }

  groups(): AsyncGenerator<GraphGroup> {
    return this.#api.pages(all('groups'), { query: largestPage })
  }

  groupsNamed(name: string): AsyncGenerator<GraphGroup> {
    return this.#api.pages(all('groups'), named(name))
  }

  createGroup(displayName: string): Promise<GraphGroup> {
    const mailNickname = displayName.replace(/[^A-Za-z0-9._-]/g, '') || 'group'
    return this.#api.post(all('groups'), { body: { displayName, mailNickname, mailEnabled: false, securityEnabled: true } })
  }

  members(groupId: string): AsyncGenerator<GraphObject> {
    return this.#api.pages(`${at('groups', groupId)}/members`, { query: largestPage })
  }

  addMember(groupId: string, memberId: string): Promise<void> {
    const body = { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${memberId}` }
    return this.#api.post(`${at('groups', groupId)}/members/$ref`, { body })
  }

  removeMember(groupId: string, memberId: string): Promise<void> {
    return this.#api.delete(`${at('groups', groupId)}/members/${memberId}/$ref`)
  }

  applications(): AsyncGenerator<GraphApplication> {
    return this.#api.pages(all('applications'), { query: largestPage })
  }

  application(id: string): Promise<GraphApplication> {
    return this.#api.get(at('applications', id))
  }

  async applicationOf(appId: string): Promise<GraphApplication | undefined> {
    return first(this.#api.pages<GraphApplication>(all('applications'), { query: { $filter: `appId eq ${quoted(appId)}` } }))
  }

  /** With its service principal, a credential and a role: all of it is made, or nothing. */
  async createWholeApplication(
    displayName: string,
    { credential, role }: WholeApplication,
  ): Promise<{ appId: string; secretText: string | null }> {
    const isKey = 'key' in credential
    const longshore = { ...(isKey ? {} : { passwordCredential: credential }), ...(role && { roleAssignment: role }) }
    const keys = isKey ? { keyCredentials: [newKey(credential)] } : {}
    const made = await this.#api.post<GraphApplication & { longshore: { passwordCredential?: { secretText: string } } }>(
      all('applications'),
      {
        body: { displayName, ...keys, longshore },
      },
    )
    return { appId: made.appId, secretText: made.longshore.passwordCredential?.secretText ?? null }
  }

  servicePrincipals(): AsyncGenerator<GraphServicePrincipal> {
    return this.#api.pages(all('servicePrincipals'), { query: largestPage })
  }

  servicePrincipalsNamed(name: string): AsyncGenerator<GraphServicePrincipal> {
    return this.#api.pages(all('servicePrincipals'), named(name))
  }

  servicePrincipal(id: string): Promise<GraphServicePrincipal> {
    return this.#api.get(at('servicePrincipals', id))
  }

  async servicePrincipalOf(appId: string): Promise<GraphServicePrincipal | undefined> {
    return first(this.#api.pages<GraphServicePrincipal>(all('servicePrincipals'), { query: { $filter: `appId eq ${quoted(appId)}` } }))
  }

  addPassword(
    owner: 'applications' | 'servicePrincipals',
    id: string,
    passwordCredential: NewPassword,
  ): Promise<GraphCredential & { secretText: string }> {
    return this.#api.post(`${at(owner, id)}/addPassword`, { body: { passwordCredential } })
  }

  removePassword(owner: 'applications' | 'servicePrincipals', id: string, keyId: string): Promise<void> {
    return this.#api.post(`${at(owner, id)}/removePassword`, { body: { keyId } })
  }

  /** The certificates that it signs in with from now on: others end. */
  replaceCertificates(owner: 'applications' | 'servicePrincipals', id: string, keyCredentials: readonly KeyCredential[]): Promise<void> {
    return this.#api.patch(at(owner, id), { body: { keyCredentials: keyCredentials.map(newKey) } })
  }

  findObject(id: string): Promise<GraphObject | undefined> {
    return this.#api.find(`/graph/v1.0/directoryObjects/${id}`)
  }

  /** Those that there are. */
  async objects(ids: readonly string[]): Promise<GraphObject[]> {
    const found: GraphObject[] = []
    for (let begin = 0; begin < ids.length; begin += mostIds) {
      const body = { ids: ids.slice(begin, begin + mostIds) }
      found.push(...(await this.#api.post<{ value: GraphObject[] }>('/graph/v1.0/directoryObjects/getByIds', { body })).value)
    }
    return found
  }

  delete(collection: Collection, id: string): Promise<void> {
    return this.#api.delete(at(collection, id))
  }
}

const newKey = (credential: KeyCredential) => ({ type: 'AsymmetricX509Cert', usage: 'Verify', ...credential })

const mostIds = 1000

const passwordProfile = (password: string) => ({ password, forceChangePasswordNextSignIn: false })

async function first<Item>(items: AsyncGenerator<Item>): Promise<Item | undefined> {
  for await (const each of items) return each
  return undefined
}
