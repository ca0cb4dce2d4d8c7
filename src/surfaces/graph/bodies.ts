import { type Misfit, readShape } from '#core/read-shape.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isGuid } from '#core/resource-id.ts'
import { isObject, type KnownObject, object, type ObjectShape } from '#core/shape.ts'
import type { NewCertificate } from '#app/identity/new-applications.ts'
import {
  addPasswordShape,
  applicationShape,
  newApplicationShape,
  type BodyShape,
  groupIdsShape,
  groupShape,
  idsShape,
  newPrincipalShape,
  principalShape,
  referenceShape,
  removePasswordShape,
  userShape,
} from './shapes.ts'

type Details = KnownObject
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
  /** What is made with it, its service principal at least. */
  whole?: { secret?: NewPassword; role?: { role: string; scopeId: string } }
}
/** What a new secret is called, and how long it is good. */
export interface NewPassword {
  name: string | null
  startsAt?: number
  endsAt?: number
}
export interface PrincipalBody {
  appId?: string
  enabled?: boolean
  certificates?: readonly NewCertificate[]
  details: Details
}

/** Graph's words for what does not fit. */
const refuseIn =
  (resource: string) =>
  ({ kind, path, why }: Misfit): RegistryError => {
    if (path === '') return new RegistryError('request-invalid', 'the body must be a JSON object')
    const property = `property '${path}' of resource '${resource}'`
    if (kind === 'missing') return new RegistryError('request-invalid', `A value is required for ${property}.`)
    if (kind === 'unknown') return new RegistryError('request-invalid', `The ${property} is read-only or not supported.`)
    return new RegistryError('request-invalid', `Invalid value specified for ${property}: ${why}.`)
  }

/** The body of what is made or changed, and what of it is kept as it came. Annotations (`@odata.type`) say nothing here. */
function readBody(
  { resource, fields, details, needs, nullable }: BodyShape,
  body: unknown,
  mode: Mode,
): { known: KnownObject; details: Details } {
  const refuse = refuseIn(resource)
  const shape: ObjectShape = { ...object({ ...fields, ...details }, mode === 'create' ? needs : []), closed: true }
  const plain = isObject(body) ? Object.fromEntries(Object.entries(body).filter(([name]) => !name.startsWith('@'))) : body
  const known = readShape(shape, plain, refuse)
  for (const [name, value] of Object.entries(known))
    if (value === null && !nullable.has(name)) throw refuse({ kind: 'content', path: name, why: 'it cannot be null' })
  return { known, details: Object.fromEntries(Object.entries(known).filter(([name]) => Object.hasOwn(details, name))) }
}

/** A property that is there, under the name that the house has for it. */
const as = <Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } =>
  (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value }

/** Fails with `request-invalid`, which names the property. */
export function parseUser(body: unknown, mode: Mode): UserBody {
  const { known, details } = readBody(userShape, body, mode)
  const profile = known.passwordProfile as { password?: string | null } | undefined
  const password = profile?.password ?? undefined
  if (mode === 'create' && password === undefined)
    throw refuseIn('PasswordProfile')({ kind: 'missing', path: 'password', why: 'it is required and was not given' })
  return {
    ...as('login', known.userPrincipalName as string | undefined),
    ...as('displayName', known.displayName as string | undefined),
    ...as('enabled', known.accountEnabled as boolean | undefined),
    ...as('password', password),
    details,
  }
}

/** Fails with `request-invalid`, which names the property. */
export function parseGroup(body: unknown, mode: Mode): GroupBody {
  const { known, details } = readBody(groupShape, body, mode)
  return { ...as('displayName', known.displayName as string | undefined), details }
}

/** Fails with `request-invalid`, which names the property. */
export function parseApplication(body: unknown, mode: Mode): ApplicationBody {
  const { known, details } = readBody(mode === 'create' ? newApplicationShape : applicationShape, body, mode)
  return {
    ...as('displayName', known.displayName as string | undefined),
    ...as('certificates', certificatesOf(known)),
    ...as('whole', wholeOf(known)),
    details,
  }
}

function wholeOf({ longshore }: KnownObject): ApplicationBody['whole'] {
  if (!longshore) return undefined
  const { passwordCredential, roleAssignment } = longshore as {
    passwordCredential?: PasswordCredential | null
    roleAssignment?: { scope: string; roleDefinitionId: string } | null
  }
  return {
    ...as('secret', passwordCredential ? passwordOf(passwordCredential) : undefined),
    ...as('role', roleAssignment ? { role: roleAssignment.roleDefinitionId, scopeId: roleAssignment.scope } : undefined),
  }
}

/** Fails with `request-invalid`, which names the property. */
export function parseServicePrincipal(body: unknown, mode: Mode): PrincipalBody {
  const { known, details } = readBody(mode === 'create' ? newPrincipalShape : principalShape, body, mode)
  return {
    ...as('appId', known.appId as string | undefined),
    ...as('enabled', known.accountEnabled as boolean | undefined),
    ...as('certificates', certificatesOf(known)),
    details,
  }
}

interface KeyCredential extends Period {
  key?: string | null
  keyId?: string | null
  displayName?: string | null
}

const certificatesOf = ({ keyCredentials }: KnownObject): readonly NewCertificate[] | undefined =>
  (keyCredentials as readonly KeyCredential[] | undefined)?.map((each) => ({
    name: each.displayName ?? null,
    ...as('keyId', each.keyId ?? undefined),
    ...(typeof each.key === 'string' ? { pem: pemOf(each.key) } : {}),
    within: validityOf(each),
  }))

/** What is sent is DER or PEM in base64; also with line ends inside, as tools that cut it out of a PEM have it. */
function pemOf(key: string): string {
  const bytes = Buffer.from(key, 'base64')
  const inside = bytes.toString('latin1')
  return inside.includes('-----BEGIN') ? inside : `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----`
}

interface Period {
  startDateTime?: string | null
  endDateTime?: string | null
}

function validityOf({ startDateTime, endDateTime }: Period): { startsAt?: number; endsAt?: number } {
  const at = (text: string | null | undefined) => (typeof text === 'string' ? Date.parse(text) : undefined)
  return { ...as('startsAt', at(startDateTime)), ...as('endsAt', at(endDateTime)) }
}

interface PasswordCredential extends Period {
  displayName?: string | null
}

const passwordOf = (credential: PasswordCredential): NewPassword => ({ name: credential.displayName ?? null, ...validityOf(credential) })

/** `addPassword`. Fails with `request-invalid`. */
export function parseAddPassword(body: unknown): NewPassword {
  const { passwordCredential } = readShape(addPasswordShape, body, refuseIn('PasswordCredential'))
  return passwordOf((passwordCredential ?? {}) as PasswordCredential)
}

/** `removePassword`. Fails with `request-invalid`. */
export const parseRemovePassword = (body: unknown): string =>
  String(readShape(removePasswordShape, body, refuseIn('PasswordCredential')).keyId).toLowerCase()

/** The id in an `@odata.id`, which ends with it. Fails with `request-invalid`. */
export function parseReference(body: unknown): string {
  const url = String(readShape(referenceShape, body, refuseIn('ReferenceCreate'))['@odata.id'])
  const id = /\/([^/]+)\/?$/.exec(url)?.[1] ?? url
  if (isGuid(id)) return id.toLowerCase()
  throw new RegistryError('request-invalid', "A value is required for '@odata.id': expected the address of an object of the directory.")
}

const distinct = (ids: unknown): string[] => [...new Set((ids as readonly string[]).map((each) => each.toLowerCase()))]

/** `getByIds`: and which types are wanted, all where none is named. Fails with `request-invalid`. */
export function parseIds(body: unknown): { ids: readonly string[]; types: readonly string[] | undefined } {
  const { ids, types } = readShape(idsShape, body, refuseIn('getByIds'))
  return { ids: distinct(ids), types: Array.isArray(types) && types.length > 0 ? distinct(types) : undefined }
}

/** `checkMemberGroups`. Fails with `request-invalid`. */
export const parseGroupIds = (body: unknown): readonly string[] =>
  distinct(readShape(groupIdsShape, body, refuseIn('checkMemberGroups')).groupIds)
