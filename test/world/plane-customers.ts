import { makeMap, makeToken } from './plane-credentials.ts'
import { openPlane, type Plane, type PlaneRegistry } from './plane.ts'

/** A plane with the registries of two customers; each has a scope map `guests` and a token `guest`. */
export interface Customers {
  plane: Plane
  at(which: 'first' | 'second'): PlaneRegistry
}

export async function openCustomers(): Promise<Customers> {
  const plane = await openPlane()
  const registries = { first: await plane.registry('firstone'), second: await plane.registry('secondone') }
  for (const { id } of Object.values(registries)) {
    await makeMap(plane, id, 'guests', ['repositories/a/content/read'])
    await makeToken(plane, id, 'guest', 'guests')
  }
  return { plane, at: (which) => registries[which] }
}
