import type { RegistryError } from '#core/registry-error.ts'
import type { Filter } from '#core/filter.ts'
import type { ResourceId } from '#core/resource-id.ts'
import type { KnownObject, ObjectShape } from '#core/shape.ts'
import type { StoredResource } from '#ports/resources.ts'
import type { ResourceRules } from '#app/resources/rules.ts'
import type { Answer } from '#http/answer.ts'
import type { Context } from './context.ts'
import type { Lifetime, TypeVersions } from './lifetime.ts'

/**
 * A type of resource in a group: one row in types.ts, and a folder in types/ with all that is said of it. All types are
 * served by the same handlers (resources.ts), which read their row.
 */
export interface ResourceType {
  /** As Azure writes it; the actions that its permissions name begin with it. */
  name: string
  /** Where the envelope's `type` is written otherwise. */
  shownAs?: string
  /** What a new name must be; `like` says it to people. */
  nameForm: { pattern: RegExp; like: string }
  /** Which API versions have it, and what of it. */
  versions: TypeVersions
  /** What is sent to make one; PATCH takes the same, all of it optional. Absent: none can be made here (yet). */
  shape?: ObjectShape
  /** What the operator of the machine may say besides: others are not told that there is such a thing. */
  operatorShape?: ObjectShape
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
  /** The versions that have it, where it came later than its type. */
  since?: Lifetime
  /** What is sent; nothing sent is an empty object. Absent: nothing is looked at. */
  body?: ObjectShape
  /** Azure has it, and we do not have it yet. */
  unavailable?: true
  handle: (context: Context, resource: StoredResource, body: KnownObject) => Promise<Answer>
}

/**
 * A type that hangs at any scope: the tenant, a subscription, a group, a resource or a child of one
 * (`<scope>/providers/<name>/<one>`). It is a row in types.ts and a folder in types/ as well; what it keeps is its own affair.
 */
export interface ExtensionType {
  /** As Azure writes it. */
  name: string
  /** `by-role`: one needs `<name>/read`, `write` or `delete` at the scope. A list is for everybody who is signed in and shows what they may see. */
  access: 'by-role' | 'signed-in'
  /** Whether its provider names it among what it has. */
  listedByProvider: boolean
  list: (context: Context, asked: { scope: ResourceId; filter: Filter | undefined }) => Promise<Answer>
  /** Absent: nothing of it has a name. */
  one?: {
    /** Fails with `request-invalid` for what is no name of this type. */
    parseName: (text: string) => string
    get: ExtensionHandler
    /** Absent: none can be made here (yet). */
    put?: ExtensionHandler
    delete: ExtensionHandler
  }
}

export type ExtensionHandler = (context: Context, one: ScopedName) => Promise<Answer>

export interface ScopedName {
  scope: ResourceId
  name: string
}
