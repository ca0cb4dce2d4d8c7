import type { Finding, Patient } from '#core/checkup.ts'
import type { Machine } from '#ports/machine.ts'
import { checkAz } from './az.ts'
import { checkCertificates } from './certificates.ts'
import { checkClock } from './clock.ts'
import { checkDescriptors } from './descriptors.ts'
import { checkDisk } from './disk.ts'
import { checkDocker } from './docker.ts'
import { checkModes } from './modes.ts'
import { checkNames } from './names.ts'
import { checkPodman } from './podman.ts'
import { checkPorts } from './ports.ts'
import { checkProxies } from './proxies.ts'
import { checkServer } from './server.ts'
import { checkTrust } from './trust.ts'

/** In the order in which they are told: what everything else needs comes first. */
const checks: readonly ((machine: Machine, patient: Patient) => Finding[] | Promise<Finding[]>)[] = [
  checkServer,
  checkNames,
  checkPorts,
  checkProxies,
  checkCertificates,
  checkTrust,
  checkClock,
  checkDisk,
  checkDescriptors,
  checkModes,
  checkDocker,
  checkPodman,
  checkAz,
]

/** Looks at everything that keeps clients of this machine from the server, and changes nothing. */
export async function examine(machine: Machine, patient: Patient): Promise<Finding[]> {
  const findings = await Promise.all(checks.map(async (check) => check(machine, patient)))
  return findings.flat()
}
