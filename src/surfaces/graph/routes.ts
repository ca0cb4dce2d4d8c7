import type { Access } from '#core/access.ts'
import type { Route, Routes } from '#http/surface.ts'
import type { Context } from './context.ts'
import { addPassword, removePassword } from './credentials.ts'
import { checkGroupsOf, dropMember, listGroupsOf, listMembers, putMember } from './membership.ts'
import { getByIds, getObject, listObjects, listOrganizations, listOwned, listOwners, removeObject, showMe, showObject } from './objects.ts'
import type { Collection, GraphRequest } from './request.ts'
import {
  makeApplication,
  makeGroup,
  makeServicePrincipal,
  makeUser,
  updateApplication,
  updateGroup,
  updateServicePrincipal,
  updateUser,
} from './writes.ts'

/** Who is there may be read by everybody who signs in, as Entra lets its members. */
const reading = (): Access => ({ kind: 'signed-in' })

/**
 * Who may make principals and their secrets may become anybody: that is a right to give access, and it is asked for at
 * the tenant's scope. Under `Microsoft.Authorization`, whose writes and deletes Contributor has not.
 */
const action = (collection: Collection, verb: 'write' | 'delete'): Access => ({
  kind: 'action',
  action: `Microsoft.Authorization/directory/${collection}/${verb}`,
  scope: '',
})
const writing = (collection: Collection) => (): Access => action(collection, 'write')

export const routes: Routes<Context, GraphRequest> = {
  me: { access: reading, handle: showMe },
  'organization.list': { access: reading, handle: listOrganizations },
  list: { access: reading, handle: listObjects },
  get: { access: reading, handle: getObject },
  delete: { access: ({ collection }) => action(collection, 'delete'), handle: removeObject },
  'user.create': { access: writing('users'), handle: makeUser },
  'user.update': { access: writing('users'), handle: updateUser },
  'group.create': { access: writing('groups'), handle: makeGroup },
  'group.update': { access: writing('groups'), handle: updateGroup },
  'application.create': { access: writing('applications'), handle: makeApplication },
  'application.update': { access: writing('applications'), handle: updateApplication },
  'principal.create': { access: writing('servicePrincipals'), handle: makeServicePrincipal },
  'principal.update': { access: writing('servicePrincipals'), handle: updateServicePrincipal },
  'password.add': { access: ({ collection }) => action(collection, 'write'), handle: addPassword },
  'password.remove': { access: ({ collection }) => action(collection, 'write'), handle: removePassword },
  'owners.list': { access: reading, handle: listOwners },
  'owned.list': { access: reading, handle: listOwned },
  'members.list': { access: reading, handle: listMembers },
  'member.add': { access: writing('groups'), handle: putMember },
  'member.remove': { access: writing('groups'), handle: dropMember },
  'groups.of': { access: reading, handle: listGroupsOf },
  'groups.check': { access: reading, handle: checkGroupsOf },
  'object.get': { access: reading, handle: showObject },
  'objects.by-ids': { access: reading, handle: getByIds },
}

export const routeOf = ({ kind }: GraphRequest): Route<Context, GraphRequest> => routes[kind] as Route<Context, GraphRequest>
