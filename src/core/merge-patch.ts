import type { Known, KnownObject } from './shape.ts'

/** RFC 7396: what is given replaces, member by member in objects; null takes away. */
export function mergePatch(target: Known | undefined, patch: Known): Known {
  if (!isMembers(patch)) return patch
  const merged = new Map(Object.entries(isMembers(target) ? target : {}))
  for (const [name, value] of Object.entries(patch))
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name), value))
  return Object.fromEntries(merged)
}

const isMembers = (value: Known | undefined): value is KnownObject => typeof value === 'object' && value !== null && !Array.isArray(value)
