import { controlError } from '#core/control-error.ts'
import { registryType } from '#app/resources/type-names.ts'
import { ok } from '../context.ts'
import { childEnvelope } from '../envelope.ts'
import type { TypeVersions } from '../lifetime.ts'
import { notAvailable } from '../provider/not-available.ts'
import type { ExtensionType, ResourceAction, ResourceType } from '../resource-type.ts'

/** A type of the registry's that cannot be made here yet: its list is empty, and making one is refused by name. */
export const unavailableType = (
  name: string,
  versions: TypeVersions,
  actions: Readonly<Record<string, ResourceAction>> = {},
): ResourceType => ({
  name: `${registryType}/${name}`,
  nameForm: { pattern: /^[a-zA-Z0-9-]{5,50}$/, like: 'alpha numeric characters and dashes, between 5 and 50 of them' },
  versions,
  show: async (_context, resource) => childEnvelope(resource, resource.body.properties),
  listedEverywhere: false,
  actions,
})

export const unavailableAction = (name: string, since?: ResourceAction['since']): Readonly<Record<string, ResourceAction>> => ({
  [name.toLowerCase()]: {
    method: 'POST',
    permission: `${name}/action`,
    ...(since ? { since } : {}),
    unavailable: true,
    handle: notAvailable(name),
  },
})

/** The same of a type that hangs at any scope. Who asks for one is told that it is not there, and deleting it has nothing to do. */
export const unavailableExtension = (type: string): ExtensionType => ({
  name: `Microsoft.Authorization/${type}`,
  access: 'signed-in',
  listedByProvider: false,
  list: async () => ok({ value: [] }),
  one: {
    parseName: (text) => text,
    get: async (_context, { name }) => {
      throw controlError('ResourceNotFound', `The ${type} '${name.slice(0, 100)}' could not be found.`)
    },
    delete: async () => ({ status: 204 }),
  },
})
