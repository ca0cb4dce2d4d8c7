import { controlError } from '#core/control-error.ts'
import { mergePatch } from '#core/merge-patch.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type ResourceId, resourceGroupType, scopesAbove } from '#core/resource-id.ts'
import type { KnownObject } from '#core/shape.ts'
import type { Match, StoredResource } from '#ports/resources.ts'
import { isLocation, normalLocation } from '#core/location.ts'
import { parentNotFound, resourceNotFound } from './not-found.ts'
import { nameTaken } from './registries.ts'
import type { Author, RequestedResource, ResourceDeps, ResourceRules, Prepared } from './rules.ts'

export interface ResourceWrite {
  id: ResourceId
  given: RequestedResource
  /** What the client asked the etag to be. */
  match: Match
  by: Author
  /** What of stored properties the client's version does not know: it stays when the client replaces the rest. */
  unknown?: (properties: KnownObject) => KnownObject
}

export interface Written {
  resource: StoredResource
  created: boolean
}

const tries = 8

/** Makes or replaces. Fails with `parent-unknown`, `precondition-failed`, `conflict`, `quota-exceeded`, and as the type's rules do. */
export async function putResource(deps: ResourceDeps, rules: ResourceRules, putting: ResourceWrite): Promise<Written> {
  return write(deps, rules, putting, (before, given) => {
    const stored = (before?.body.properties ?? {}) as KnownObject
    const staying = Object.entries(stored).filter(([name]) => rules.stays?.includes(name))
    const kept = { ...Object.fromEntries(staying), ...putting.unknown?.(stored) }
    const whole = withoutNulls(given)
    return { ...whole, properties: mergePatch(kept, whole.properties) as KnownObject }
  })
}

/** Changes what is given and leaves the rest. Fails with `not-found`, and as `putResource` does. */
export async function patchResource(deps: ResourceDeps, rules: ResourceRules, putting: ResourceWrite): Promise<Written> {
  return write(deps, rules, putting, (before, given) => {
    if (!before) throw resourceNotFound(putting.id)
    return merged(before, given)
  })
}

/**
 * What is written rests on what was read: the etag of the reading goes with the writing. Where the client did not ask
 * for an etag, a change in between is no concern of its: read and decided again.
 */
async function write(
  deps: ResourceDeps,
  rules: ResourceRules,
  { id, given, match, by }: ResourceWrite,
  combine: (before: StoredResource | undefined, given: RequestedResource) => RequestedResource,
): Promise<Written> {
  for (let attempt = 1; ; attempt++) {
    const before = await deps.store.resource(id.key)
    checkMatch(before, match)
    const whole = combine(before, given)
    const location = locationOf(rules, id, before, whole)
    const parent = await deps.store.resource(scopesAbove(id.key)[1] ?? '')
    if (!parent) throw parentUnknown(rules, id)
    const prepared = await rules.prepare(deps, { id, before, parent, given: whole })
    const resource = envelope(deps, rules, { id, before, parent, by, location, prepared })
    try {
      const { created } = await deps.store.putResource({
        resource,
        match: before ? { etag: before.etag } : 'absent',
        askedBy: by.id,
        ...(prepared.registry ? { registry: prepared.registry } : {}),
        ...(prepared.most ? { most: prepared.most } : {}),
        ...(prepared.keepPasswords ? { keepPasswords: prepared.keepPasswords } : {}),
      })
      return { resource, created }
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      if (error.failure === 'conflict' && prepared.registry) throw nameTaken(deps, prepared.registry.name)
      if (error.failure === 'parent-unknown') throw parentUnknown(rules, id)
      const changedBetween = error.failure === 'precondition-failed' && (match === undefined || match === '*')
      if (!changedBetween || attempt === tries) throw error
    }
  }
}

function checkMatch(found: StoredResource | undefined, match: Match): void {
  if (match === undefined) return
  const met = match === 'absent' ? !found : match === '*' ? found !== undefined : found?.etag === match.etag
  if (met) return
  throw controlError('PreconditionFailed', found?.etag)
}

/** Null stands for what is not given: there is nothing before for it to take away. */
function withoutNulls({ sku, identity, properties, ...given }: RequestedResource): RequestedResource {
  const whole = (value: KnownObject): KnownObject => mergePatch({}, value) as KnownObject
  return {
    ...given,
    ...(sku ? { sku: whole(sku) } : {}),
    ...(identity ? { identity: whole(identity) } : {}),
    properties: whole(properties),
  }
}

function merged({ location, body }: StoredResource, given: RequestedResource): RequestedResource {
  const patch = (before: Readonly<Record<string, unknown>> | undefined, change: KnownObject | undefined): KnownObject =>
    mergePatch((before ?? {}) as KnownObject, change ?? {}) as KnownObject
  const sku = body.sku || given.sku ? { sku: patch(body.sku, given.sku) } : {}
  // Tags and the identity come whole.
  const [tags, identity] = [given.tags ?? body.tags, given.identity ?? (body.identity as KnownObject | undefined)]
  return {
    ...(location === null ? {} : { location }),
    ...(given.location === undefined ? {} : { location: given.location }),
    ...(given.managedBy === undefined ? {} : { managedBy: given.managedBy }),
    ...(tags ? { tags } : {}),
    ...(identity ? { identity } : {}),
    ...sku,
    properties: patch(body.properties, given.properties),
  }
}

function locationOf(
  rules: ResourceRules,
  id: ResourceId,
  before: StoredResource | undefined,
  { location }: RequestedResource,
): string | null {
  if (rules.location === 'none') return null
  if (location === undefined || location === '') throw controlError('LocationRequired')
  const normal = normalLocation(location)
  if (!isLocation(normal)) throw controlError('LocationNotAvailableForResourceType', location)
  if (before?.location && before.location !== normal)
    throw controlError(id.type === null ? 'InvalidResourceGroupLocation' : 'InvalidResourceLocation', {
      name: id.name,
      before: before.location,
      group: id.resourceGroup ?? '',
      location: normal,
    })
  return normal
}

function envelope(
  deps: ResourceDeps,
  rules: ResourceRules,
  input: {
    id: ResourceId
    before: StoredResource | undefined
    parent: StoredResource
    by: Author
    location: string | null
    prepared: Prepared
  },
): StoredResource {
  const { id, before, parent, by, location, prepared } = input
  const now = deps.clock.now()
  const made = before ?? { createdAt: now, createdBy: by.name, createdByType: by.type }
  return {
    key: id.key,
    id: before?.id ?? idBelow(parent, rules.type, id.name),
    type: rules.type,
    name: before?.name ?? id.name,
    parentKey: parent.key,
    location,
    body: prepared.body,
    etag: deps.ids.next(),
    createdAt: made.createdAt,
    createdBy: made.createdBy,
    createdByType: made.createdByType,
    changedAt: now,
    changedBy: by.name,
    changedByType: by.type,
  }
}

/** Names keep the case in which they were written first, whatever the URL of this request had; the words between are ours. */
function idBelow(parent: StoredResource, type: string, name: string): string {
  if (type === resourceGroupType) return `${parent.id}/resourceGroups/${name}`
  if (!parent.key.includes('/providers/')) return `${parent.id}/providers/${type}/${name}`
  return `${parent.id}/${type.slice(type.lastIndexOf('/') + 1)}/${name}`
}

const parentUnknown = (rules: ResourceRules, id: ResourceId) =>
  parentNotFound(id, { key: scopesAbove(id.key)[1] ?? '', type: rules.type, verb: 'write' })
