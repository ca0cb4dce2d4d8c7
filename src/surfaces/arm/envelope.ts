import type { Shape } from '#core/shape.ts'
import type { StoredResource } from '#ports/resources.ts'

/** Azure's limits for tags ("Use tags to organize your resources"). */
export const tagsShape: Shape = {
  is: 'map',
  of: { is: 'text', longest: 256, fromScalar: true },
  most: 50,
  longestKey: 512,
  keyPattern: /^[^<>%&\\?/\p{Cc}]+$/u,
}
export const locationShape: Shape = { is: 'text', longest: 60 }

const iso = (time: number): string => new Date(time).toISOString()

export const systemData = (given: StoredResource) => ({
  createdBy: given.createdBy,
  createdByType: given.createdByType,
  createdAt: iso(given.createdAt),
  lastModifiedBy: given.changedBy,
  lastModifiedByType: given.changedByType,
  lastModifiedAt: iso(given.changedAt),
})

/** Where none were set there is no property. */
export const shownTags = ({ body: { tags } }: Pick<StoredResource, 'body'>) => (tags && Object.keys(tags).length > 0 ? { tags } : {})

/** A resource of a place, with tags. */
export const trackedEnvelope = (given: StoredResource, properties: object) => ({
  id: given.id,
  name: given.name,
  type: given.type,
  location: given.location,
  ...shownTags(given),
  ...(given.body.sku ? { sku: given.body.sku } : {}),
  systemData: systemData(given),
  properties,
})

/** A part of another resource: neither a place nor tags of its own. */
export const childEnvelope = (given: StoredResource, properties: object) => ({
  id: given.id,
  name: given.name,
  type: given.type,
  systemData: systemData(given),
  properties,
})

export const creationDate = (given: StoredResource): string => iso(given.createdAt)
