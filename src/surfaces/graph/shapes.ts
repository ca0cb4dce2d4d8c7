import { anyObject, fixed, flag, list, object, type ObjectShape, type Shape, text, time } from '#core/shape.ts'

const longestText = 4096
const longestName = 256
const line = text(longestText)
const texts = list(text())
const objects = list(anyObject)
/** What can be left out, and not be given. */
const nothing = list(anyObject, 0)
const guid: Shape = { is: 'text', pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, like: 'a GUID' }

/** A resource of Graph that is made and changed. */
export interface BodyShape {
  /** As Graph calls it. */
  resource: string
  fields: Readonly<Record<string, Shape>>
  /** Kept as it comes and given back; nothing here decides anything. */
  details: Readonly<Record<string, Shape>>
  /** A new one needs them. */
  needs: readonly string[]
  /** Null takes their value away. */
  nullable: ReadonlySet<string>
}

const key = object({
  key: text(),
  keyId: guid,
  displayName: text(longestName),
  type: fixed('AsymmetricX509Cert'),
  usage: fixed('Verify'),
  startDateTime: time,
  endDateTime: time,
})
/** A secret's text is ours to make: `addPassword`. */
const credentials = { keyCredentials: list(key), passwordCredentials: nothing }

export const userShape: BodyShape = {
  resource: 'User',
  fields: {
    userPrincipalName: line,
    displayName: line,
    accountEnabled: flag,
    passwordProfile: object({
      password: text(),
      forceChangePasswordNextSignIn: fixed(false),
      forceChangePasswordNextSignInWithMfa: fixed(false),
    }),
    passwordPolicies: line,
  },
  details: {
    mailNickname: line,
    mail: line,
    givenName: line,
    surname: line,
    jobTitle: line,
    mobilePhone: line,
    officeLocation: line,
    preferredLanguage: line,
    businessPhones: texts,
    onPremisesImmutableId: line,
  },
  needs: ['passwordProfile', 'userPrincipalName', 'displayName', 'accountEnabled'],
  nullable: new Set([
    'passwordPolicies',
    'mail',
    'givenName',
    'surname',
    'jobTitle',
    'mobilePhone',
    'officeLocation',
    'preferredLanguage',
    'onPremisesImmutableId',
  ]),
}

export const groupShape: BodyShape = {
  resource: 'Group',
  fields: { displayName: line },
  details: { mailNickname: line, description: line, mailEnabled: fixed(false), securityEnabled: fixed(true), groupTypes: nothing },
  needs: ['displayName'],
  nullable: new Set(['description']),
}

export const applicationShape: BodyShape = {
  resource: 'Application',
  fields: { displayName: line, ...credentials },
  details: {
    identifierUris: texts,
    description: line,
    notes: line,
    tags: texts,
    signInAudience: fixed('AzureADMyOrg'),
    isFallbackPublicClient: flag,
    serviceManagementReference: line,
    web: anyObject,
    publicClient: anyObject,
    spa: anyObject,
    api: anyObject,
    appRoles: objects,
    optionalClaims: anyObject,
    requiredResourceAccess: objects,
  },
  needs: ['displayName'],
  nullable: new Set(['description', 'notes', 'isFallbackPublicClient', 'serviceManagementReference', 'optionalClaims']),
}

const newPassword = object({ displayName: text(longestName), startDateTime: time, endDateTime: time })
/** What is ours: with its service principal, a secret and a role, in one request that does all of it or nothing. */
export const newApplicationShape: BodyShape = {
  ...applicationShape,
  fields: {
    ...applicationShape.fields,
    longshore: {
      ...object({
        passwordCredential: { ...newPassword, closed: true },
        roleAssignment: { ...object({ scope: line, roleDefinitionId: line }, ['scope', 'roleDefinitionId']), closed: true },
      }),
      closed: true,
    },
  },
}

const principalDetails = { description: line, notes: line, tags: texts, notificationEmailAddresses: texts }
const principal = {
  resource: 'ServicePrincipal',
  details: principalDetails,
  nullable: new Set(['description', 'notes']),
} as const
export const newPrincipalShape: BodyShape = {
  ...principal,
  fields: { appId: line, accountEnabled: flag, ...credentials },
  needs: ['appId'],
}
export const principalShape: BodyShape = { ...principal, fields: { accountEnabled: flag, ...credentials }, needs: [] }

export const addPasswordShape: ObjectShape = object({ passwordCredential: newPassword })
export const removePasswordShape: ObjectShape = object({ keyId: guid }, ['keyId'])
export const referenceShape: ObjectShape = object({ '@odata.id': text() }, ['@odata.id'])
export const idsShape: ObjectShape = object({ ids: list(text(), 1000), types: list(text()) }, ['ids'])
export const groupIdsShape: ObjectShape = object({ groupIds: list(text(), 20) }, ['groupIds'])
