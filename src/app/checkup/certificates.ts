import { type Finding, found, type Patient } from '#core/checkup.ts'
import type { Greeting, Machine } from '#ports/machine.ts'
import { controlHost, everyHost, isEncrypted, portOf } from './places.ts'

const soon = 14 * 24 * 60 * 60 * 1000
/** Of many registries the first ones tell enough: they share a certificate. */
const mostAsked = 20

/** Does the server show, for each of its names, a certificate that is good now and signed by whom clients are to trust. */
export async function checkCertificates(machine: Machine, patient: Patient): Promise<Finding[]> {
  const { here, authority } = patient
  if (!isEncrypted(patient) || (here && !here.isRunning)) return []
  const ca = authority?.pem ?? (machine.roots().join('\n') || undefined)
  const at = { host: controlHost(patient), port: portOf(patient) }
  const names = everyHost(patient).slice(0, mostAsked)
  const greetings = await Promise.all(names.map(async (name) => ({ name, greeting: await machine.greet({ ...at, name }, ca) })))
  const judged = greetings.flatMap(({ name, greeting }) => judge(machine, patient, name, greeting))
  const bad = judged.filter((each) => each.name !== 'certificate-good')
  return bad.length > 0 ? bad : judged.slice(0, 1)
}

const byReason: Readonly<Record<string, 'certificate-ended' | 'certificate-early'>> = {
  CERT_HAS_EXPIRED: 'certificate-ended',
  CERT_NOT_YET_VALID: 'certificate-early',
}

function judge(machine: Machine, { authority, here, program, place }: Patient, name: string, greeting: Greeting): Finding[] {
  // That nobody answers is told of the server already.
  if (!greeting.met) return []
  const { mistrust, notBefore, notAfter } = greeting
  const detail = { from: day(notBefore), until: day(notAfter) }
  if (mistrust !== undefined)
    return [
      found(
        byReason[mistrust] ?? 'certificate-mistrusted',
        name,
        { ...detail, why: mistrust },
        authority && here ? { cure: `${program} ca --renew${place}` } : {},
      ),
    ]
  return [found(notAfter - machine.now() < soon ? 'certificate-ending' : 'certificate-good', name, detail)]
}

const day = (time: number): string => (Number.isFinite(time) ? new Date(time).toISOString().slice(0, 10) : '?')
