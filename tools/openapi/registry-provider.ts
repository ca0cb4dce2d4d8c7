import { controlFailures } from '#core/control-error.ts'
import { jsonSchemaOf } from '#core/json-schema.ts'
import { object, type ObjectShape } from '#core/shape.ts'
import { wire } from '#surfaces/arm/errors.ts'
import type { ResourceType } from '#surfaces/arm/resource-type.ts'
import { checkNameShape } from '#surfaces/arm/types/registries/check-name.ts'
import { types } from '#surfaces/arm/types.ts'
import { versionsOf } from '#surfaces/arm/versions.ts'
import { add, type Document, jsonOf, type Parameter, type Paths, type Reference, reference } from './document.ts'

const namespace = 'Microsoft.ContainerRegistry'
const subscription = '/subscriptions/{subscriptionId}'
const provider = `/providers/${namespace}`
const codes = [...new Set([...Object.keys(controlFailures), ...Object.values(wire).map(([, code]) => code)])].sort()

/** The control plane of registries, out of the rows of its types: what can be asked, and what may be sent. */
export function registryProvider(): Document {
  const paths: Paths = {}
  const own = types.filter(({ name }) => name.startsWith(`${namespace}/`))
  for (const type of own) describe(paths, type)
  add(paths, `${subscription}${provider}/checkNameAvailability`, 'post', {
    operationId: 'registries_checkNameAvailability',
    summary: 'Whether a registry could have a name.',
    description: needs(`${namespace}/checkNameAvailability/read`),
    parameters: [reference('ApiVersion', 'parameters')],
    requestBody: bodyOf(checkNameShape),
    responses: answers({ 200: 'Whether, and why not.' }, { type: 'object' }),
  })
  return {
    openapi: '3.1.0',
    info: {
      title: namespace,
      version: versionsOf(undefined)[0] ?? '',
      description:
        'What Longshore takes of the control plane of Azure Container Registry. Bodies are those that are read; properties that are not named here are ignored. Each answer is held against Azure’s own description by the tests.',
    },
    paths,
    components: {
      schemas: { Resource, ResourceList, Error: errorSchema },
      parameters: {
        Top,
        SkipToken,
        ApiVersion: version(),
        ...Object.fromEntries(own.map((type) => [versionName(type.name), version(type)])),
      },
    },
  }
}

function describe(paths: Paths, type: ResourceType): void {
  const words = type.name.split('/').slice(1)
  const id = words.join('_')
  const item = `${subscription}/resourceGroups/{resourceGroupName}${provider}/${words.map((word) => `${word}/{${one(word)}Name}`).join('/')}`
  const list = item.slice(0, item.lastIndexOf('/'))
  const parameters = [versionOf(type)]
  const lists = words.length === 1 ? [list, `${subscription}${provider}/${words[0] ?? ''}`] : [list]
  for (const [index, path] of lists.entries())
    add(paths, path, 'get', {
      operationId: `${id}_list${index === 0 ? '' : 'BySubscription'}`,
      summary: `The ${words.at(-1)} that the caller may read.`,
      description: type.shape || type.builtIn ? needs(`${type.name}/read`) : 'None can be made in this version: the list is empty.',
      parameters: [...parameters, ...paging],
      responses: answers({ 200: 'One page of them.' }, reference('ResourceList')),
    })
  if (type.shape || type.builtIn)
    add(paths, item, 'get', {
      operationId: `${id}_get`,
      summary: `One of ${words.at(-1)}.`,
      description: needs(`${type.name}/read`),
      parameters,
      responses: answers({ 200: 'What it is now.' }, reference('Resource')),
    })
  if (type.shape) describeWrites(paths, item, id, type, type.shape)
  for (const action of Object.values(type.actions)) {
    if (action.unavailable) continue
    const name = action.permission.split('/')[0] ?? ''
    add(paths, `${item}/${name}`, action.method.toLowerCase(), {
      operationId: `${id}_${name}`,
      summary: `${name} of one of ${words.at(-1)}.`,
      description: needs(`${type.name}/${action.permission}`),
      parameters,
      ...(action.body ? { requestBody: bodyOf(action.body) } : {}),
      responses: answers({ 200: 'Done.' }, { type: 'object' }),
    })
  }
}

function describeWrites(paths: Paths, item: string, id: string, type: ResourceType, shape: ObjectShape): void {
  const { statuses } = type.versions
  const parameters = [versionOf(type)]
  add(paths, item, 'put', {
    operationId: `${id}_put`,
    summary: 'Makes one, or replaces it.',
    description: `${needs(`${type.name}/write`)} A new name has ${type.nameForm.like}.`,
    parameters,
    requestBody: bodyOf(type.rules?.location === 'required' ? object(shape.fields, [...(shape.needs ?? []), 'location']) : shape),
    responses: answers({ [statuses.replaced]: 'Replaced.', [statuses.made]: 'Made.' }, reference('Resource')),
  })
  add(paths, item, 'patch', {
    operationId: `${id}_patch`,
    summary: 'Changes what is sent, and leaves the rest.',
    description: needs(`${type.name}/write`),
    parameters,
    requestBody: bodyOf(object(shape.fields)),
    responses: answers({ [statuses.changed]: 'Changed.' }, reference('Resource')),
  })
  add(paths, item, 'delete', {
    operationId: `${id}_delete`,
    summary: 'Deletes one, with all below it.',
    description: needs(`${type.name}/delete`),
    parameters,
    responses: answers({ [statuses.deleted]: 'Deleted.', [statuses.absent]: 'It was not there.' }),
  })
}

const needs = (permission: string): string => `Needs \`${permission}\`.`
const one = (plural: string): string => plural.replace(/ies$/, 'y').replace(/s$/, '')

const bodyOf = (shape: ObjectShape) => ({ required: true, content: jsonOf(jsonSchemaOf(shape)) })

const versionOf = ({ name }: ResourceType): Reference => reference(versionName(name), 'parameters')
const versionName = (type: string): string => `ApiVersion.${type.split('/').slice(1).join('.')}`

const version = (type?: ResourceType): Parameter => ({
  name: 'api-version',
  in: 'query',
  required: true,
  description: 'One of these, or any later day: it is served by the nearest earlier one of its kind.',
  schema: { type: 'string', examples: versionsOf(type) },
})

const paging = [reference('Top', 'parameters'), reference('SkipToken', 'parameters')]
const Top: Parameter = {
  name: '$top',
  in: 'query',
  required: false,
  description: 'How many; 250, and up to 1,000.',
  schema: { type: 'integer', minimum: 1 },
}
const SkipToken: Parameter = {
  name: '$skipToken',
  in: 'query',
  required: false,
  description: 'From a nextLink.',
  schema: { type: 'string' },
}

const answers = (statuses: Readonly<Record<number, string>>, schema?: object) => ({
  ...Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [status, { description, ...(schema ? { content: jsonOf(schema) } : {}) }]),
  ),
  default: { description: 'Refused; docs/errors.md has each code.', content: jsonOf(reference('Error')) },
})

const Resource = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    name: { type: 'string' },
    type: { type: 'string' },
    location: { type: 'string' },
    tags: { type: 'object', additionalProperties: { type: 'string' } },
    sku: { type: 'object' },
    systemData: { type: 'object' },
    properties: { type: 'object' },
  },
  required: ['id', 'name', 'type'],
}
const ResourceList = {
  type: 'object',
  properties: { value: { type: 'array', items: reference('Resource') }, nextLink: { type: 'string' } },
  required: ['value'],
}
const errorSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { code: { type: 'string', enum: codes }, message: { type: 'string' }, target: { type: 'string' } },
      required: ['code', 'message'],
    },
    status: { enum: ['Failed'] },
  },
  required: ['error'],
}
