import { type Finding, found, type Patient } from '#core/checkup.ts'
import type { Machine } from '#ports/machine.ts'

/** Is there room for bytes, and does the disk keep what it says that it has. */
export function checkDisk(machine: Machine, { here, program, place }: Patient): Finding[] {
  if (!here || !machine.look(here.dataDir)) return []
  const { dataDir, diskFloor, together } = here
  const findings: Finding[] = []
  const space = machine.space(dataDir)
  if (space) {
    const detail = { free: space.free, floor: diskFloor }
    findings.push(
      space.free < diskFloor ? found('disk-low', dataDir, detail, { cure: `${program} gc${place}` }) : found('disk-free', dataDir, detail),
    )
    if (space.doubtful !== undefined) findings.push(found('disk-doubtful', dataDir, { kind: space.doubtful }))
  }
  const refused = machine.sync(dataDir)
  findings.push(refused === undefined ? found('disk-syncs', dataDir) : found('disk-no-sync', dataDir, { reason: refused }))
  const devices = new Set(together.flatMap((path) => machine.look(path)?.device ?? []))
  if (devices.size > 0) findings.push(found(devices.size > 1 ? 'disk-split' : 'disk-one', dataDir))
  return findings
}
