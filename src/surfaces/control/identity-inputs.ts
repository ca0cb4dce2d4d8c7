import type { IdentityDeeds } from '#core/identity-deeds.ts'
import { type Body, isFlag, isText, optional, take } from './values.ts'

type Input<Name extends keyof IdentityDeeds> = Parameters<IdentityDeeds[Name]> extends [infer First, ...unknown[]] ? First : undefined

const name = (property: string) => (body: Body) => ({ [property]: take<string>(body, property, isText) })
const isPem = (value: unknown): boolean => typeof value === 'string' && value.length <= 32 * 1024
const isYears = (value: unknown): boolean => Number.isSafeInteger(value)
const isPassword = (value: unknown): boolean => typeof value === 'string' && value.length <= 4096

const user = name('user') as (body: Body) => { user: string }
const group = name('group') as (body: Body) => { group: string }
const principal = name('principal') as (body: Body) => { principal: string }
const credential = (body: Body) => ({
  ...optional<number>(body, 'years', isYears),
  ...optional<string>(body, 'certificate', isPem),
})
const member = (body: Body) => ({ ...group(body), member: take<string>(body, 'member', isText) })
const role = (body: Body) => ({
  assignee: take<string>(body, 'assignee', isText),
  role: take<string>(body, 'role', isText),
  ...optional<string>(body, 'scope', isText),
})

/** Outside text becomes what a deed on the directory takes. */
export const identityInputs: { [Name in keyof IdentityDeeds]: (body: Body) => Input<Name> } = {
  createServicePrincipal: (body) => ({
    name: take(body, 'name', isText),
    ...optional<string>(body, 'role', isText),
    ...optional<string>(body, 'scope', isText),
    ...credential(body),
  }),
  listServicePrincipals: () => undefined,
  showServicePrincipal: principal,
  deleteServicePrincipal: principal,
  resetServicePrincipal: (body) => ({ ...principal(body), append: take(body, 'append', isFlag), ...credential(body) }),
  createUser: (body) => ({
    name: take(body, 'name', isText),
    ...optional<string>(body, 'password', isPassword),
    ...optional<string>(body, 'displayName', isText),
  }),
  resetUserPassword: (body) => ({ ...user(body), ...optional<string>(body, 'password', isPassword) }),
  listUsers: () => undefined,
  showUser: user,
  enableUser: (body) => ({ ...user(body), enabled: take(body, 'enabled', isFlag) }),
  deleteUser: user,
  createGroup: (body) => ({ name: take(body, 'name', isText) }),
  listGroups: () => undefined,
  showGroup: group,
  deleteGroup: group,
  addGroupMember: member,
  removeGroupMember: member,
  giveRole: role,
  listRoles: (body) => ({ ...optional<string>(body, 'assignee', isText), ...optional<string>(body, 'scope', isText) }),
  takeRole: role,
}
