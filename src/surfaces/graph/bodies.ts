import { RegistryError } from '#core/registry-error.ts'
import { isGuid } from '#core/resource-id.ts'
import type { NewCertificate } from '#app/identity/applications.ts'

type Body = Readonly<Record<string, unknown>>
type Details = Readonly<Record<string, unknown>>
type Check = readonly [what: string, holds: (value: unknown) => boolean]
type Mode = 'create' | 'update'

export interface UserBody {
  login?: string
  displayName?: string
  enabled?: boolean
  password?: string
  details: Details
}
export interface GroupBody {
  displayName?: string
  details: Details
}
export interface ApplicationBody {
  displayName?: string
  certificates?: readonly NewCertificate[]
  details: Details
}
export interface PrincipalBody {
  appId?: string
  enabled?: boolean
  certificates?: readonly NewCertificate[]
  details: Details
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)
const longestText = 4096
const text: Check = [`a text of up to ${longestText} characters`, (value) => isText(value) && value.length <= longestText]
const flag: Check = ['true or false', (value) => typeof value === 'boolean']
const texts: Check = ['an array of texts', (value) => Array.isArray(value) && value.every(isText)]
const objects: Check = ['an array of objects', (value) => Array.isArray(value) && value.every(isObject)]
const object: Check = ['an object', isObject]
const orNull = ([what, holds]: Check): Check => [`${what} or null`, (value) => value === null || holds(value)]
const only = (wanted: unknown): Check => [
  `${JSON.stringify(wanted)}: nothing else is supported`,
  (value) => JSON.stringify(value) === JSON.stringify(wanted),
]

/** What is kept as it comes, and given back; nothing here decides anything. */
const kept = {
  User: {
    mailNickname: text,
    mail: orNull(text),
    givenName: orNull(text),
    surname: orNull(text),
    jobTitle: orNull(text),
    mobilePhone: orNull(text),
    officeLocation: orNull(text),
    preferredLanguage: orNull(text),
    businessPhones: texts,
    onPremisesImmutableId: orNull(text),
  },
  Group: { mailNickname: text, description: orNull(text), mailEnabled: only(false), securityEnabled: only(true), groupTypes: only([]) },
  Application: {
    identifierUris: texts,
    description: orNull(text),
    notes: orNull(text),
    tags: texts,
    signInAudience: only('AzureADMyOrg'),
    isFallbackPublicClient: orNull(flag),
    serviceManagementReference: orNull(text),
    web: object,
    publicClient: object,
    spa: object,
    api: object,
    appRoles: objects,
    optionalClaims: orNull(object),
    requiredResourceAccess: objects,
  },
  ServicePrincipal: { description: orNull(text), notes: orNull(text), tags: texts, notificationEmailAddresses: texts },
} as const satisfies Record<string, Readonly<Record<string, Check>>>

type Type = keyof typeof kept

/** Takes the parts of a body one by one; what is left at the end is kept or refused, by name. */
class Reader {
  readonly #type: Type
  readonly #rest: Map<string, unknown>

  constructor(type: Type, body: unknown) {
    if (!isObject(body)) throw new RegistryError('request-invalid', 'the body must be a JSON object')
    this.#type = type
    this.#rest = new Map(Object.entries(body).filter(([name]) => !name.startsWith('@')))
  }

  take<Value>(name: string, [what, holds]: Check): Value | undefined {
    if (!this.#rest.has(name)) return undefined
    const value = this.#rest.get(name)
    this.#rest.delete(name)
    if (!holds(value))
      throw new RegistryError(
        'request-invalid',
        `Invalid value specified for property '${name}' of resource '${this.#type}': expected ${what}.`,
      )
    return value as Value
  }

  need<Value>(name: string, check: Check, mode: Mode): Value | undefined {
    if (mode === 'create' && !this.#rest.has(name))
      throw new RegistryError('request-invalid', `A value is required for property '${name}' of resource '${this.#type}'.`)
    return this.take(name, check)
  }

  /** What is kept of the rest. */
  details(): Details {
    const checks: Readonly<Record<string, Check>> = kept[this.#type]
    const details = [...this.#rest.keys()].map((name) => {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined
      if (check) return [name, this.take(name, check)] as const
      throw new RegistryError(
        'request-invalid',
        `Property '${name.slice(0, 80)}' of resource '${this.#type}' is read-only or not supported.`,
      )
    })
    return Object.fromEntries(details)
  }
}

/** A property that is there, under the name that the house has for it. */
const as = <Value>(name: string, value: Value | undefined): Record<string, Value> => (value === undefined ? {} : { [name]: value })

/** Fails with `request-invalid`, which names the property. */
export function parseUser(body: unknown, mode: Mode): UserBody {
  const reader = new Reader('User', body)
  const profile = reader.need<Body>('passwordProfile', object, mode)
  const parsed = {
    ...as<string>('login', reader.need('userPrincipalName', text, mode)),
    ...as<string>('displayName', reader.need('displayName', text, mode)),
    ...as<boolean>('enabled', reader.need('accountEnabled', flag, mode)),
    ...as<string>('password', profile && passwordOf(profile, mode)),
  }
  reader.take('passwordPolicies', orNull(text))
  return { ...parsed, details: reader.details() }
}

function passwordOf(profile: Body, mode: Mode): string | undefined {
  for (const name of ['forceChangePasswordNextSignIn', 'forceChangePasswordNextSignInWithMfa'])
    if (profile[name] !== undefined && profile[name] !== null && profile[name] !== false)
      throw new RegistryError(
        'request-invalid',
        `Invalid value specified for property '${name}' of resource 'PasswordProfile': only false is supported.`,
      )
  const { password } = profile
  if (isText(password)) return password
  if (password === undefined && mode === 'update') return undefined
  throw new RegistryError('request-invalid', "A value is required for property 'password' of resource 'PasswordProfile'.")
}

/** Fails with `request-invalid`, which names the property. */
export function parseGroup(body: unknown, mode: Mode): GroupBody {
  const reader = new Reader('Group', body)
  return { ...as<string>('displayName', reader.need('displayName', text, mode)), details: reader.details() }
}

/** Fails with `request-invalid`, which names the property. */
export function parseApplication(body: unknown, mode: Mode): ApplicationBody {
  const reader = new Reader('Application', body)
  const displayName = reader.need<string>('displayName', text, mode)
  return { ...as<string>('displayName', displayName), ...credentialsOf(reader), details: reader.details() }
}

/** Fails with `request-invalid`, which names the property. */
export function parseServicePrincipal(body: unknown, mode: Mode): PrincipalBody {
  const reader = new Reader('ServicePrincipal', body)
  const appId = mode === 'create' ? reader.need<string>('appId', text, mode) : undefined
  const enabled = reader.take<boolean>('accountEnabled', flag)
  return { ...as<string>('appId', appId), ...as<boolean>('enabled', enabled), ...credentialsOf(reader), details: reader.details() }
}

function credentialsOf(reader: Reader): { certificates?: readonly NewCertificate[] } {
  reader.take('passwordCredentials', ['empty: use addPassword', (value) => Array.isArray(value) && value.length === 0])
  const keys = reader.take<readonly Body[]>('keyCredentials', objects)
  return keys === undefined ? {} : { certificates: keys.map(certificateOf) }
}

function certificateOf(given: Body): NewCertificate {
  const wrong = (name: string, what: string) =>
    new RegistryError('request-invalid', `Invalid value specified for property '${name}' of resource 'KeyCredential': expected ${what}.`)
  const { key, keyId, displayName = null, type, usage } = given
  if (type !== undefined && type !== 'AsymmetricX509Cert') throw wrong('type', '"AsymmetricX509Cert"')
  if (usage !== undefined && usage !== 'Verify') throw wrong('usage', '"Verify"')
  if (keyId !== undefined && !(isText(keyId) && isGuid(keyId))) throw wrong('keyId', 'a GUID')
  if (displayName !== null && !(isText(displayName) && displayName.length <= 256)) throw wrong('displayName', 'up to 256 characters')
  if (key !== undefined && key !== null && !isText(key)) throw wrong('key', 'a text in base64')
  return {
    name: displayName,
    ...as('keyId', keyId),
    ...(isText(key) ? { pem: pemOf(key) } : {}),
    within: validityOf(given),
  }
}

/** What is sent is DER or PEM in base64; also with line ends inside, as tools that cut it out of a PEM have it. */
function pemOf(key: string): string {
  const bytes = Buffer.from(key, 'base64')
  const inside = bytes.toString('latin1')
  return inside.includes('-----BEGIN') ? inside : `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----`
}

function validityOf(given: Body): { startsAt?: number; endsAt?: number } {
  const time = (name: string): number | undefined => {
    const value = given[name]
    if (value === undefined || value === null) return undefined
    const at = isText(value) && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
    if (Number.isSafeInteger(at)) return at
    throw new RegistryError('request-invalid', `Invalid value specified for property '${name}': expected a time in ISO 8601.`)
  }
  return { ...as<number>('startsAt', time('startDateTime')), ...as<number>('endsAt', time('endDateTime')) }
}

/** `addPassword`: what the new secret is called and how long it is good. Fails with `request-invalid`. */
export function parseAddPassword(body: unknown): { name: string | null; startsAt?: number; endsAt?: number } {
  if (!isObject(body)) throw new RegistryError('request-invalid', 'the body must be a JSON object')
  const given = body.passwordCredential ?? {}
  if (!isObject(given))
    throw new RegistryError('request-invalid', "Invalid value specified for property 'passwordCredential': expected an object.")
  const { displayName = null } = given
  if (displayName !== null && !(isText(displayName) && displayName.length <= 256))
    throw new RegistryError('request-invalid', "Invalid value specified for property 'displayName': expected up to 256 characters.")
  return { name: displayName, ...validityOf(given) }
}

/** `removePassword`. Fails with `request-invalid`. */
export function parseRemovePassword(body: unknown): string {
  const keyId = isObject(body) ? body.keyId : undefined
  if (isText(keyId) && isGuid(keyId)) return keyId.toLowerCase()
  throw new RegistryError('request-invalid', "A value is required for property 'keyId': expected a GUID.")
}

/** The id in an `@odata.id`, which ends with it. Fails with `request-invalid`. */
export function parseReference(body: unknown): string {
  const url = isObject(body) ? body['@odata.id'] : undefined
  const id = isText(url) ? (/\/([^/]+)\/?$/.exec(url)?.[1] ?? url) : ''
  if (isGuid(id)) return id.toLowerCase()
  throw new RegistryError('request-invalid', "A value is required for '@odata.id': expected the address of an object of the directory.")
}

/** A list of ids, and which types are wanted. Fails with `request-invalid`. */
export function parseIds(body: unknown, property = 'ids', most = 1000): { ids: readonly string[]; types: readonly string[] | undefined } {
  const given = isObject(body) ? body : {}
  const [ids, types] = [given[property], given.types]
  if (!Array.isArray(ids) || !ids.every(isText))
    throw new RegistryError('request-invalid', `A value is required for property '${property}': expected an array of ids.`)
  if (ids.length > most) throw new RegistryError('request-invalid', `'${property}' may have up to ${most} ids.`)
  if (types !== undefined && types !== null && !(Array.isArray(types) && types.every(isText)))
    throw new RegistryError('request-invalid', "Invalid value specified for property 'types': expected an array of texts.")
  return {
    ids: [...new Set(ids.map((each) => each.toLowerCase()))],
    types: Array.isArray(types) && types.length > 0 ? types.map((each) => String(each).toLowerCase()) : undefined,
  }
}
