/**
 * What an OData `$filter` says (OData 4.0 part 2, 5.1.1; version 3's `substringof` too). Names of fields keep their case,
 * names of functions and operators do not have one.
 */
export type Filter =
  | { kind: 'and' | 'or'; of: readonly Filter[] }
  | { kind: 'not'; of: Filter }
  /** `field eq value`; inside `any` the element itself has the field `''`. */
  | { kind: 'compare'; field: string; operator: Comparison; value: FilterValue }
  /** `startswith(field,'x')`, `substringof('x',field)`, `atScope()`, `assignedTo('id')`. The name is in lower case. */
  | { kind: 'call'; name: string; arguments: readonly Operand[] }
  /** `field/any(c:c eq 'x')`. */
  | { kind: 'any'; field: string; where: Filter }

export type FilterValue = string | number | boolean | null
export type Operand = { kind: 'field'; field: string } | { kind: 'value'; value: FilterValue }
export const comparisons = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const
export type Comparison = (typeof comparisons)[number]

/** The parts that must all hold. */
export const conjuncts = (filter: Filter): readonly Filter[] => (filter.kind === 'and' ? filter.of.flatMap(conjuncts) : [filter])
