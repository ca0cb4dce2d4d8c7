import { type Finding, found, type Patient } from '#core/checkup.ts'
import { shellWord } from '#core/shell-word.ts'
import type { Machine } from '#ports/machine.ts'

/** Does it answer where it says that it is, and is it a server like ours. */
export async function checkServer(machine: Machine, patient: Patient): Promise<Finding[]> {
  const { control, here, program, place } = patient
  if (here?.trouble) return [found('folder-unusable', here.dataDir, { ...here.trouble.detail, reason: here.trouble.reason })]
  if (here && !here.isRunning)
    return [
      found(here.isMade ? 'server-stopped' : 'server-absent', control, { dataDir: here.dataDir }, { cure: `${program} serve${place}` }),
    ]
  const got = await machine.get(`${control}/metadata/endpoints?api-version=2019-05-01`)
  if (!got.met) return [found('server-silent', control, { reason: got.reason }, here ? {} : { cure: `curl -v ${control}/v2/` })]
  const named = cloudIn(got.body)?.resourceManager
  if (named === control) return [found('server-runs', control)]
  if (named === undefined) return [found('server-stranger', control, { status: got.status })]
  return [found('server-renamed', control, { named }, here ? {} : { cure: `${program} doctor --server ${shellWord(named)}` })]
}

/** What a server tells of its cloud. */
export function cloudIn(body: string): { resourceManager: string; suffix: string } | undefined {
  try {
    const told: unknown = JSON.parse(body)
    const first: unknown = Array.isArray(told) ? told[0] : told
    const { resourceManager, suffixes } = first as { resourceManager?: unknown; suffixes?: { acrLoginServer?: unknown } }
    if (typeof resourceManager !== 'string' || typeof suffixes?.acrLoginServer !== 'string') return undefined
    return { resourceManager, suffix: suffixes.acrLoginServer.replace(/^\./, '') }
  } catch {
    return undefined
  }
}
