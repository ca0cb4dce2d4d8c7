import { type Finding, found, type Patient } from '#core/checkup.ts'
import { ipVersion } from '#core/ip-address.ts'
import { hostsLines } from '#core/hosts-lines.ts'
import type { Address, Machine } from '#ports/machine.ts'
import { controlHost, everyHost, isLoopback } from './places.ts'

/** With one of hundreds missing, the first of them are enough to know it. */
const mostAsked = 20

/** Does this machine find each registry and each data endpoint by its name. */
export async function checkNames(machine: Machine, patient: Patient): Promise<Finding[]> {
  const names = everyHost(patient)
    .filter((host) => ipVersion(host) === 0)
    .slice(0, mostAsked)
  const found = await Promise.all(names.map(async (name) => ({ name, addresses: await machine.addresses(name) })))
  const mends = mendsOf(machine, patient, found.find(({ name }) => name === controlHost(patient))?.addresses ?? [])
  return found.map(({ name, addresses }) => judge(patient, name, addresses, mends))
}

function judge({ here }: Patient, name: string, addresses: readonly Address[], mends: Pick<Finding, 'cure' | 'repair'>): Finding {
  if (addresses.length === 0) return found('name-unknown', name, {}, mends)
  const all = addresses.map(({ address }) => address)
  const detail = { addresses: [...new Set(all)].join(', ') }
  const staysHome = here !== undefined && here.listeners.every(({ host }) => isLoopback(host))
  if (staysHome && !all.some(isLoopback)) return found('name-elsewhere', name, detail, mends)
  // az looks for an IPv4 address before it does anything else.
  if (!addresses.some(({ family }) => family === 4)) return found('name-without-ipv4', name, detail, mends)
  return found('name-found', name, detail)
}

/** The hosts file: it is the one place that every program asks, the statically linked ones too. */
function mendsOf(machine: Machine, patient: Patient, control: readonly Address[]): Pick<Finding, 'cure' | 'repair'> {
  const { here, program, place, hosts } = patient
  const file = machine.platform === 'win32' ? undefined : '/etc/hosts'
  if (here) {
    const lines = hostsLines(hosts)
    const cure =
      file === undefined || machine.isRoot ? `${program} hosts --write${place}` : `${program} hosts${place} | sudo tee -a ${file}`
    return { cure, repair: { kind: 'hosts', lines } }
  }
  const address = control[0]?.address
  if (address === undefined) return {}
  const lines = hostsLines(hosts, [address])
  if (file === undefined || lines.length === 0) return {}
  return { cure: `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} | sudo tee -a ${file}`, repair: { kind: 'hosts', lines } }
}
