import type { RegistryError } from '#core/registry-error.ts'
import type { Shape } from '#core/shape.ts'
import type { StoredResource } from '#ports/resources.ts'
import type { ResourceRules } from '#app/resources/rules.ts'
import type { Answer, Context } from './context.ts'

/** A type of resource: one row in types.ts. All types are served by the same handlers, which read their row. */
export interface ResourceType {
  /** As Azure writes it; the actions that its permissions name begin with it, and its row in api-table.ts has it. */
  name: string
  /** Where the envelope's `type` is written otherwise. */
  shownAs?: string
  /** What a new name must be; `like` says it to people. */
  nameForm: { pattern: RegExp; like: string }
  /** What is sent to make one; PATCH takes the same, all of it optional. Absent: none can be made here (yet). */
  shape?: Extract<Shape, { is: 'object' }>
  rules?: ResourceRules
  /** The body of an answer. */
  show: (context: Context, resource: StoredResource) => Promise<object>
  /** Those that are there without having been made, of the resource they belong to. */
  builtIn?: (context: Context, parent: StoredResource) => readonly StoredResource[]
  /** What nobody changes or deletes under a name, whether it is there or not. */
  refuses?: (parent: StoredResource, name: string) => RegistryError | undefined
  /** Whether the lists of all resources (`/resources`) have it. */
  listedEverywhere: boolean
  /** By lower-case name. */
  actions: Readonly<Record<string, ResourceAction>>
}

export interface ResourceAction {
  method: 'GET' | 'POST'
  /** Behind the type's name. */
  permission: string
  handle: (context: Context, resource: StoredResource) => Promise<Answer>
}
