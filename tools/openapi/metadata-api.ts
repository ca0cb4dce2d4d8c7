import { jsonSchemaOf } from '#core/json-schema.ts'
import { changeShape } from '#surfaces/acr/change.ts'
import { wire } from '#surfaces/acr/errors.ts'
import type { AcrRequest } from '#surfaces/acr/request.ts'
import { add, type Document, jsonOf, type Parameter, type Paths, reference } from './document.ts'

const query = (name: string, schema: object, description: string): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema,
})
const page = [
  query('n', { type: 'integer', minimum: 1 }, 'How many.'),
  query('last', { type: 'string' }, 'What was shown last; the Link of an answer has it.'),
]
const ordered = [...page, query('orderby', { enum: ['timeasc', 'timedesc', 'none', ''] }, 'By the time of the last change, or by name.')]

interface Row {
  method: 'get' | 'patch' | 'delete'
  path: string
  summary: string
  parameters?: readonly Parameter[]
  status?: number
}

const repository = '/acr/v1/{name}'
const tag = `${repository}/_tags/{reference}`
const manifest = `${repository}/_manifests/{digest}`

/** A kind of request without a row does not compile; test/openapi.test.ts asks the parser of each. */
export const requests: Readonly<Record<AcrRequest['kind'], Row>> = {
  'catalog.list': { method: 'get', path: '/acr/v1/_catalog', summary: 'The repositories of the registry.', parameters: page },
  'repository.get': { method: 'get', path: repository, summary: 'What is known of a repository.' },
  'repository.update': { method: 'patch', path: repository, summary: 'Changes the attributes of a repository.' },
  'repository.delete': { method: 'delete', path: repository, summary: 'Deletes a repository with all in it.', status: 202 },
  'tags.list': {
    method: 'get',
    path: `${repository}/_tags`,
    summary: 'The tags of a repository, with their attributes.',
    parameters: [...ordered, query('digest', { type: 'string' }, 'Only tags of this manifest.')],
  },
  'tag.get': { method: 'get', path: tag, summary: 'What is known of a tag.' },
  'tag.update': { method: 'patch', path: tag, summary: 'Changes the attributes of a tag.' },
  'tag.delete': { method: 'delete', path: tag, summary: 'Removes a tag; its manifest stays.', status: 202 },
  'manifests.list': {
    method: 'get',
    path: `${repository}/_manifests`,
    summary: 'The manifests of a repository, with their attributes.',
    parameters: ordered,
  },
  'manifest.get': { method: 'get', path: manifest, summary: 'What is known of a manifest.' },
  'manifest.update': { method: 'patch', path: manifest, summary: 'Changes the attributes of a manifest.' },
}

/** `/acr/v1` of a registry: what is known of its images beside their bytes. */
export function metadataApi(): Document {
  const paths: Paths = {}
  for (const [kind, { method, path, summary, parameters = [], status = 200 }] of Object.entries(requests))
    add(paths, path, method, {
      operationId: kind,
      summary,
      parameters,
      ...(method === 'patch' ? { requestBody: { required: false, content: jsonOf(reference('ChangeableAttributes')) } } : {}),
      responses: {
        [status]: { description: 'Done.', content: jsonOf({ type: 'object' }) },
        default: { description: 'Refused; docs/errors.md has each code.', content: jsonOf(reference('Errors')) },
      },
    })
  const codes = [...new Set(Object.values(wire).map(([, code]) => code))].sort()
  return {
    openapi: '3.1.0',
    info: {
      title: 'Metadata of a registry',
      version: '2021-07-01',
      description: 'What Longshore takes of the metadata API of Azure Container Registry.',
    },
    paths,
    components: {
      schemas: {
        ChangeableAttributes: jsonSchemaOf(changeShape),
        Errors: {
          type: 'object',
          properties: {
            errors: {
              type: 'array',
              items: {
                type: 'object',
                properties: { code: { type: 'string', enum: codes }, message: { type: 'string' }, detail: {} },
                required: ['code', 'message'],
              },
            },
          },
          required: ['errors'],
        },
      },
    },
  }
}
