import type { Shape } from './shape.ts'

export type JsonSchema = { readonly [keyword: string]: unknown }

/**
 * A shape as JSON Schema (2020-12, as OpenAPI 3.1 has it). What a reader takes besides is not said: null for what is not
 * given, another case in a choice.
 */
export function jsonSchemaOf(shape: Shape): JsonSchema {
  switch (shape.is) {
    case 'flag':
      return { type: 'boolean' }
    case 'integer':
      return { type: 'integer', minimum: shape.least, maximum: shape.most }
    case 'text':
      return {
        type: shape.fromScalar ? ['string', 'number', 'boolean'] : 'string',
        ...known({ minLength: shape.shortest, maxLength: shape.longest, pattern: shape.pattern?.source, description: shape.like }),
      }
    case 'choice':
      return { type: 'string', enum: shape.of }
    case 'time':
      return { type: 'string', format: 'date-time' }
    case 'list':
      return { type: 'array', items: jsonSchemaOf(shape.of), ...known({ maxItems: shape.most }) }
    case 'map':
      return {
        type: 'object',
        additionalProperties: jsonSchemaOf(shape.of),
        maxProperties: shape.most,
        propertyNames: { minLength: 1, maxLength: shape.longestKey, pattern: shape.keyPattern.source },
      }
    case 'object':
      return {
        type: 'object',
        properties: Object.fromEntries(Object.entries(shape.fields).map(([name, each]) => [name, jsonSchemaOf(each)])),
        ...known({ required: shape.needs, additionalProperties: shape.closed ? false : undefined }),
      }
    case 'any-object':
      return { type: 'object' }
    case 'fixed':
      return shape.value === null
        ? { enum: [null, {}, []], description: 'Not available in this version: it can only be left out.' }
        : { enum: [shape.value], description: 'Not available in this version with another value.' }
  }
}

const known = (keywords: JsonSchema): JsonSchema => Object.fromEntries(Object.entries(keywords).filter(([, value]) => value !== undefined))
