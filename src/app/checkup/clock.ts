import { type Finding, found, type Patient } from '#core/checkup.ts'
import type { Machine } from '#ports/machine.ts'

/** What a token's times are taken with on both sides. */
const leeway = 60_000

/** Do this machine and the server agree on the time; does anything keep this machine's clock right. */
export async function checkClock(machine: Machine, { control, here }: Patient): Promise<Finding[]> {
  const findings: Finding[] = []
  if (!here || here.isRunning) {
    const got = await machine.get(`${control}/v2/`)
    if (got.met && got.date !== undefined) {
      const off = got.date - machine.now()
      // The header has whole seconds.
      const seconds = Math.abs(off) < 2000 ? 0 : Math.round(off / 1000)
      findings.push(
        found(Math.abs(off) > leeway ? 'clock-off' : 'clock-good', control, { seconds }, cureOf(machine, Math.abs(off) > leeway)),
      )
    }
  }
  const kept = await machine.ask('timedatectl', ['show', '--property=NTPSynchronized', '--value'])
  if (kept?.code === 0 && kept.out.trim() === 'no') findings.push(found('clock-unsynchronized', 'timedatectl', {}, cureOf(machine, true)))
  return findings
}

const cureOf = ({ platform }: Machine, isNeeded: boolean): Pick<Finding, 'cure'> =>
  !isNeeded ? {} : platform === 'linux' ? { cure: 'sudo timedatectl set-ntp true' } : platform === 'win32' ? { cure: 'w32tm /resync' } : {}
