/** The parts of OpenAPI 3.1 that our pages have. */
export interface Document {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string }
  paths: Paths
  components: { schemas: Readonly<Record<string, object>>; parameters?: Readonly<Record<string, Parameter>> }
}

export type Paths = Record<string, Record<string, Operation>>

export interface Operation {
  operationId: string
  summary: string
  description?: string
  parameters: readonly (Parameter | Reference)[]
  requestBody?: { required: boolean; content: { 'application/json': { schema: object } } }
  responses: Readonly<Record<string, { description: string; content?: { 'application/json': { schema: object } } }>>
}

export interface Parameter {
  name: string
  in: 'path' | 'query'
  required: boolean
  description?: string
  schema: object
}

export interface Reference {
  $ref: string
}

export const reference = (name: string, of: 'schemas' | 'parameters' = 'schemas'): Reference => ({ $ref: `#/components/${of}/${name}` })
export const jsonOf = (schema: object) => ({ 'application/json': { schema } })

/** The parameters in braces of a path. */
export const inPath = (path: string): Parameter[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))

export function add(
  paths: Paths,
  path: string,
  method: string,
  operation: Omit<Operation, 'parameters'> & { parameters?: readonly (Parameter | Reference)[] },
): void {
  const of = (paths[path] ??= {})
  if (of[method]) throw new Error(`${method} ${path} is described twice`)
  const { operationId, summary, description, requestBody, responses } = operation
  of[method] = {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [...inPath(path), ...(operation.parameters ?? [])],
    ...(requestBody === undefined ? {} : { requestBody }),
    responses,
  }
}
