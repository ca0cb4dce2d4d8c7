import { type Finding, found, type Patient } from '#core/checkup.ts'
import type { Machine } from '#ports/machine.ts'

/** Each connection and each upload under way holds one. */
const enough = 4096

export function checkDescriptors(machine: Machine, { here }: Patient): Finding[] {
  if (!here) return []
  const most = machine.descriptors(here.isRunning ? here.pid : undefined)
  if (most === undefined) return []
  const detail = { most: Number.isFinite(most) ? most : '∞', enough }
  return [
    most < enough
      ? found('descriptors-few', here.dataDir, detail, { cure: 'ulimit -n 65536' })
      : found('descriptors-enough', here.dataDir, detail),
  ]
}
