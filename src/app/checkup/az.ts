import { type Finding, found, type Patient } from '#core/checkup.ts'
import type { Machine } from '#ports/machine.ts'
import { isEncrypted, shellCure } from './places.ts'
import { shellWord } from '#core/shell-word.ts'

/** Whose cloud the `az` of this shell talks to, and who is signed in there. */
export function checkAz(machine: Machine, patient: Patient): Finding[] {
  if (!machine.has('az')) return []
  const { control, program, place } = patient
  if (!isEncrypted(patient))
    return [found('az-plain', control, {}, patient.here ? { cure: `${program} serve --https 127.0.0.1:5443${place}` } : {})]
  const { AZURE_CONFIG_DIR: named, ARM_CLOUD_METADATA_URL: url } = machine.env
  const profile = named || `${machine.home}/.azure`
  const kept = `${profile}/cloudEndpoints.json`
  // az reads the metadata once and keeps them, whatever becomes of the URL.
  if (url && !isCurrent(machine.read(kept), patient))
    return [found('az-stale', kept, {}, { cure: `rm ${shellWord(kept)}`, repair: { kind: 'set-aside', path: kept } })]
  const cloud = url ? originOf(url) : activeCloud(machine, profile)
  if (cloud !== control) return [found('az-elsewhere', profile, { cloud }, { cure: shellCure(patient) })]
  const isSignedIn = subscriptionsIn(machine.read(`${profile}/azureProfile.json`)) > 0
  return [isSignedIn ? found('az-ours', profile) : found('az-signed-out', profile, {}, { cure: 'az login -u owner' })]
}

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url)

/** The control origin of the active cloud where this profile knows it, its name where not. */
function activeCloud(machine: Machine, profile: string): string {
  const name = machine.env.AZURE_CLOUD_NAME || valueIn(machine.read(`${profile}/config`), 'cloud', 'name') || 'AzureCloud'
  return valueIn(machine.read(`${profile}/clouds.config`), name, 'endpoint_resource_manager')?.replace(/\/$/, '') ?? name
}

function valueIn(ini: string | undefined, section: string, key: string): string | undefined {
  let current = ''
  for (const line of (ini ?? '').split(/\r?\n/)) {
    const heading = /^\s*\[(.+)\]\s*$/.exec(line)?.[1]
    if (heading !== undefined) current = heading
    const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (current === section && name === key) return value
  }
  return undefined
}

function isCurrent(text: string | undefined, { control, domain }: Patient): boolean {
  if (text === undefined) return true
  try {
    const { clouds } = JSON.parse(text) as {
      clouds?: { endpoints?: { resource_manager?: unknown }; suffixes?: { acr_login_server_endpoint?: unknown } }[]
    }
    // az writes an empty object where it remembers nothing.
    if (!Array.isArray(clouds)) return true
    return clouds.every(
      ({ endpoints, suffixes }) => endpoints?.resource_manager === control && suffixes?.acr_login_server_endpoint === `.${domain}`,
    )
  } catch {
    return false
  }
}

function subscriptionsIn(text: string | undefined): number {
  try {
    const { subscriptions } = JSON.parse(text ?? '{}') as { subscriptions?: unknown }
    return Array.isArray(subscriptions) ? subscriptions.length : 0
  } catch {
    return 0
  }
}
