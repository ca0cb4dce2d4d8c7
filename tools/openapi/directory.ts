import { jsonSchemaOf } from '#core/json-schema.ts'
import { object, type ObjectShape } from '#core/shape.ts'
import { wire } from '#surfaces/graph/errors.ts'
import type { GraphRequest } from '#surfaces/graph/request.ts'
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
} from '#surfaces/graph/shapes.ts'
import { add, type Document, jsonOf, type Parameter, type Paths, reference } from './document.ts'

interface Row {
  method: 'get' | 'post' | 'patch' | 'delete'
  path: string
  body?: ObjectShape
}

const base = '/graph/v1.0'
const collections = ['users', 'groups', 'applications', 'servicePrincipals'] as const
const withSecrets = ['applications', 'servicePrincipals'] as const
const one = (collection: string): string => `${base}/${collection}/{id}`
const members = (each: (of: string) => Row): Row[] =>
  [`${base}/me`, `${base}/directoryObjects/{id}`, one('users'), one('groups'), one('servicePrincipals')].map(each)
const get = (path: string): Row => ({ method: 'get', path })
const post = (path: string, body?: ObjectShape): Row => ({ method: 'post', path, ...(body ? { body } : {}) })
const patch = (path: string, body: ObjectShape): Row => ({ method: 'patch', path, body })
const remove = (path: string): Row => ({ method: 'delete', path })

const changing = ({ fields, details }: BodyShape): ObjectShape => ({ ...object({ ...fields, ...details }), closed: true })
const making = (shape: BodyShape): ObjectShape => ({ ...changing(shape), needs: shape.needs })

/** A kind of request without a row does not compile; test/openapi.test.ts asks the parser of each. */
export const requests: Readonly<Record<GraphRequest['kind'], readonly Row[]>> = {
  me: [get(`${base}/me`)],
  'organization.list': [get(`${base}/organization`)],
  list: collections.map((each) => get(`${base}/${each}`)),
  get: collections.map((each) => get(one(each))),
  delete: collections.map((each) => remove(one(each))),
  'user.create': [post(`${base}/users`, making(userShape))],
  'user.update': [patch(one('users'), changing(userShape))],
  'group.create': [post(`${base}/groups`, making(groupShape))],
  'group.update': [patch(one('groups'), changing(groupShape))],
  'application.create': [post(`${base}/applications`, making(newApplicationShape))],
  'application.update': [patch(one('applications'), changing(applicationShape))],
  'principal.create': [post(`${base}/servicePrincipals`, making(newPrincipalShape))],
  'principal.update': [patch(one('servicePrincipals'), changing(principalShape))],
  'password.add': withSecrets.map((each) => post(`${one(each)}/addPassword`, addPasswordShape)),
  'password.remove': withSecrets.map((each) => post(`${one(each)}/removePassword`, removePasswordShape)),
  'owners.list': collections.slice(1).map((each) => get(`${one(each)}/owners`)),
  'owned.list': [get(`${base}/me/ownedObjects`)],
  'members.list': [get(`${one('groups')}/members`)],
  'member.add': [post(`${one('groups')}/members/$ref`, referenceShape)],
  'member.remove': [remove(`${one('groups')}/members/{memberId}/$ref`)],
  'groups.of': [
    ...members((of) => get(`${of}/memberOf`)),
    ...members((of) => get(`${of}/transitiveMemberOf`)),
    ...members((of) => post(`${of}/getMemberGroups`)),
    ...members((of) => post(`${of}/getMemberObjects`)),
  ],
  'groups.check': members((of) => post(`${of}/checkMemberGroups`, groupIdsShape)),
  'object.get': [get(`${base}/directoryObjects/{id}`)],
  'objects.by-ids': [post(`${base}/directoryObjects/getByIds`, idsShape)],
}

const query = (name: string, description: string): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'string' },
})
const ofLists = [
  query('$filter', 'What is looked for.'),
  query('$select', 'Which properties are told.'),
  query('$top', 'How many; up to 999.'),
  query('$count', 'Whether their number is told.'),
]
const listing: ReadonlySet<GraphRequest['kind']> = new Set(['list', 'members.list'])

/** `/graph/v1.0` (and `/graph/beta`, the same): the directory of people, groups, applications and what signs in for them. */
export function directory(): Document {
  const paths: Paths = {}
  for (const [kind, rows] of Object.entries(requests) as [GraphRequest['kind'], readonly Row[]][])
    for (const { method, path, body } of rows)
      add(paths, path, method, {
        operationId: rows.length === 1 ? kind : `${kind} ${path.slice(base.length + 1).replace(/\/\{\w+\}/g, '')}`,
        summary: kind,
        parameters: listing.has(kind) ? ofLists : [],
        ...(body ? { requestBody: { required: true, content: jsonOf(jsonSchemaOf(body)) } } : {}),
        responses: {
          '2XX': { description: 'Done.', content: jsonOf({ type: 'object' }) },
          default: { description: 'Refused.', content: jsonOf(reference('Error')) },
        },
      })
  return {
    openapi: '3.1.0',
    info: { title: 'Directory', version: 'v1.0', description: 'What Longshore takes of Microsoft Graph.' },
    paths,
    components: {
      schemas: {
        Error: {
          type: 'object',
          properties: {
            error: {
              type: 'object',
              properties: {
                code: { type: 'string', enum: [...new Set(Object.values(wire).map(([, code]) => code))].sort() },
                message: { type: 'string' },
                innerError: { type: 'object' },
              },
              required: ['code', 'message'],
            },
          },
          required: ['error'],
        },
      },
    },
  }
}
