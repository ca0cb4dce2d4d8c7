import { type Finding, found, type Patient } from '#core/checkup.ts'
import { proxiesOf, sparesHost } from '#core/no-proxy.ts'
import type { Machine } from '#ports/machine.ts'
import { controlHost, everyHost } from './places.ts'

/** Does a proxy of this shell take what is meant for us. */
export function checkProxies({ env, platform }: Machine, patient: Patient): Finding[] {
  const { proxies, spared } = proxiesOf(env)
  if (proxies.length === 0) return [found('proxies-none', 'HTTPS_PROXY')]
  const taken = everyHost(patient).filter((host) => !sparesHost(spared, host))
  if (taken.length === 0) return [found('proxies-spare-us', proxies.join(', '))]
  const list = exceptions(patient, spared)
  const cure = platform === 'win32' ? `$env:NO_PROXY = '${list}'` : `export NO_PROXY='${list}' no_proxy='${list}'`
  return [found('proxies-take-us', proxies.join(', '), { hosts: taken.slice(0, 5).join(', ') }, { cure })]
}

/** What NO_PROXY must say, with what it says. */
export const exceptions = (patient: Patient, spared: string): string =>
  [...new Set([...spared.split(/[\s,]+/).filter(Boolean), controlHost(patient), patient.domain.replace(/:\d+$/, '')])].join(',')
