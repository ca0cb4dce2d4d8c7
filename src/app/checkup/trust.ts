import { type Finding, found, type Patient } from '#core/checkup.ts'
import type { Machine } from '#ports/machine.ts'
import { type Authority, holds, isSame } from './authority.ts'
import { isEncrypted, shellCure } from './places.ts'
import { shellWord } from '#core/shell-word.ts'
import { checkEngineTrust } from './trust-engines.ts'

/** Who of this machine's programs trusts the local authority. */
export async function checkTrust(machine: Machine, patient: Patient): Promise<Finding[]> {
  const { authority } = patient
  if (!authority || !isEncrypted(patient)) return []
  const bySystem = machine.roots().some((pem) => isSame(pem, authority.pem))
  return [
    bySystem
      ? found('trust-system', authority.path)
      : found('trust-system-missing', authority.path, {}, { cure: systemCure(machine, shellWord(authority.path)) }),
    ...(await checkEngineTrust(machine, patient, authority, bySystem)),
    ...checkAz(machine, patient, authority),
    ...checkNode(machine, patient, authority),
  ]
}

function systemCure(machine: Machine, ca: string): string {
  if (machine.platform === 'darwin') return `sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${ca}`
  if (machine.platform === 'win32') return `certutil -addstore -f Root ${ca}`
  if (machine.look('/etc/pki/ca-trust'))
    return `sudo install -m 644 ${ca} /etc/pki/ca-trust/source/anchors/longshore.pem && sudo update-ca-trust`
  return `sudo install -m 644 ${ca} /usr/local/share/ca-certificates/longshore.crt && sudo update-ca-certificates`
}

function checkAz(machine: Machine, patient: Patient, authority: Authority): Finding[] {
  if (!machine.has('az')) return []
  const { REQUESTS_CA_BUNDLE: bundle } = machine.env
  if (holds(machine, bundle, authority)) return [found('trust-az', bundle ?? '')]
  return [found('trust-az-missing', bundle || 'REQUESTS_CA_BUNDLE', {}, { cure: shellCure(patient) })]
}

function checkNode(machine: Machine, patient: Patient, authority: Authority): Finding[] {
  const { NODE_EXTRA_CA_CERTS: file } = machine.env
  if (holds(machine, file, authority)) return [found('trust-node', file ?? '')]
  const cure = patient.here ? shellCure(patient) : `export NODE_EXTRA_CA_CERTS=${shellWord(authority.path)}`
  return [found('trust-node-missing', file || 'NODE_EXTRA_CA_CERTS', {}, { cure })]
}
