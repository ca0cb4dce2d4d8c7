import type { Addresses } from '#core/maintenance.ts'
import type { Machine } from '#ports/machine.ts'

const most = 5
const patience = 300

/**
 * The registries' names that this machine certainly does not find; the first registry has another name that it does. A resolver
 * that is slow is not waited for.
 */
export async function unfoundNames(machine: Machine, { domain, registries }: Addresses): Promise<string[]> {
  const names = registries.slice(1, 1 + most).map((name) => `${name}.${domain.replace(/:\d+$/, '')}`)
  const found = await Promise.all(
    names.map((name) => Promise.race([machine.addresses(name).then((addresses) => addresses.length > 0), later(patience)])),
  )
  return names.filter((_, index) => found[index] === false)
}

const later = (milliseconds: number): Promise<undefined> => new Promise((resolve) => setTimeout(resolve, milliseconds, undefined).unref())
