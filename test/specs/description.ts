import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'

interface Operation {
  operationId: string
  parameters?: { name: string; in: string; schema?: object }[]
  responses: Readonly<Record<string, { schema?: object }>>
}
type Json = { [name: string]: unknown }

const text = readFileSync(new URL('./containerregistry-2025-11-01.json', import.meta.url), 'utf8')
const description = JSON.parse(text) as { paths: Record<string, Record<string, Operation>>; definitions: Record<string, Json> }

/** What later or preview versions have and 2025-11-01 does not; nothing else may stand in an answer. */
const laterProperties: Readonly<Record<string, readonly string[]>> = {
  Registry: ['metadataSearch', 'regionalEndpoints', 'endpointProtocol'],
  Policies: ['softDeletePolicy'],
  // Up to 2021-08-01-preview.
  NetworkRuleSet: ['virtualNetworkRules'],
}

/** No object has a property that the description does not know. */
function closed(schema: unknown, later: readonly string[]): unknown {
  if (Array.isArray(schema)) return schema.map((each) => closed(each, later))
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([name, each]) => [name, closed(each, later)])) as Json
  if (copy.type !== 'object' || typeof copy.properties !== 'object' || copy.additionalProperties !== undefined) return copy
  return {
    ...copy,
    properties: { ...copy.properties, ...Object.fromEntries(later.map((name) => [name, {}])) },
    additionalProperties: false,
  }
}

const ajv = new Ajv({ strict: false, allErrors: true })
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/)
ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)
for (const name of ['int32', 'int64', 'double', 'duration']) ajv.addFormat(name, true)
ajv.addSchema({
  $id: 'acr',
  definitions: Object.fromEntries(
    Object.entries(description.definitions).map(([name, schema]) => [name, closed(schema, laterProperties[name] ?? [])]),
  ),
})

const templates = Object.entries(description.paths).map(([path, operations]) => ({
  operations,
  pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`, 'i'),
}))
const compiled = new Map<string, ValidateFunction>()

function validator(schema: object): ValidateFunction {
  const key = JSON.stringify(schema)
  let known = compiled.get(key)
  if (!known) compiled.set(key, (known = ajv.compile(JSON.parse(key.replaceAll('"#/definitions/', '"acr#/definitions/')) as object)))
  return known
}

/** Every operation of the description, with its path's parameters in braces. */
export const operations: readonly { method: string; path: string; operationId: string }[] = Object.entries(description.paths).flatMap(
  ([path, each]) =>
    Object.entries(each).flatMap(([method, { operationId }]) => (operationId ? [{ method: method.toUpperCase(), path, operationId }] : [])),
)

export const operationOf = (method: string, path: string): Operation | undefined =>
  templates.find(({ pattern }) => pattern.test(path))?.operations[method.toLowerCase()]

/** The schema of a request's body, references resolved by the same validator. */
export const definition = (name: string): Json => description.definitions[name] as Json

/** Fails when an answer is not what Azure's description says: its status, its body, or the form of its error. */
export function checkAnswer(method: string, url: string, status: number, body: unknown): void {
  const path = url.replace(/\?.*$/s, '')
  const operation = operationOf(method, path)
  const told = `${method} ${path} → ${status} ${JSON.stringify(body)}`
  if (status >= 400) {
    if (method !== 'HEAD') conforms(validator({ $ref: '#/definitions/ErrorResponse' }), body, told)
    return
  }
  if (!operation) return
  const response = operation.responses[String(status)]
  assert.ok(response, `${operation.operationId} does not answer ${status}: ${told}`)
  if (response.schema && body !== undefined) conforms(validator(response.schema), body, told)
}

function conforms(validate: ValidateFunction, body: unknown, told: string): void {
  assert.ok(validate(body), `${told}\n${ajv.errorsText(validate.errors)}`)
}
