import type { Patient } from '#core/checkup.ts'
import { ipVersion } from '#core/ip-address.ts'
import { shellWord } from '#core/shell-word.ts'

export const controlHost = ({ control }: Patient): string => new URL(control).hostname.replace(/^\[|\]$/g, '')
export const isEncrypted = ({ control }: Patient): boolean => control.startsWith('https:')
export const portOf = ({ control }: Patient): number => Number(new URL(control).port || (control.startsWith('https:') ? 443 : 80))

/** Every host that clients must find, control first. */
export const everyHost = (patient: Patient): string[] => [...new Set([controlHost(patient), ...patient.hosts])]

/** As docker, podman and containerd write a registry: without the port of HTTPS. */
export const written = (patient: Patient, host: string): string => (portOf(patient) === 443 ? host : `${host}:${portOf(patient)}`)

/** The name that clients write of each registry. */
export const registries = (patient: Patient): string[] => everyHost(patient).map((host) => written(patient, host))

export const isLoopback = (address: string): boolean =>
  ipVersion(address) === 4 ? address.startsWith('127.') : ['::1', 'localhost'].includes(address) || address.startsWith('::ffff:127.')

/** The line after which the shell's programs find the server and trust it. */
export function shellCure({ here, control, authority, program, place }: Patient): string {
  if (here) return `eval "$(${program} env${place})"`
  const trust = authority ? [`export REQUESTS_CA_BUNDLE=${shellWord(authority.path)} NODE_EXTRA_CA_CERTS=${shellWord(authority.path)}`] : []
  const register = `az cloud register -n Longshore --endpoint-resource-manager ${control} --endpoint-active-directory ${control}/adfs`
  return [...trust, register, 'az cloud set -n Longshore'].join(' && ')
}
