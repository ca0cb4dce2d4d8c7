import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Login } from '#client/registry.ts'

/** What `docker login` kept in its file for a registry. What it gave to a credential helper is not asked for. */
export function dockerLogin(env: Readonly<Record<string, string | undefined>>, host: string): Login | undefined {
  const folder = env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker')
  try {
    const { auths } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { auths?: Record<string, Record<string, unknown>> }
    const { auth, identitytoken } = auths?.[host] ?? {}
    if (typeof identitytoken === 'string' && identitytoken !== '') return { identityToken: identitytoken }
    if (typeof auth !== 'string') return undefined
    const [, username, password] = /^([^:]+):(.*)$/s.exec(Buffer.from(auth, 'base64').toString('utf8')) ?? []
    return username !== undefined && password !== undefined ? { username, password } : undefined
  } catch {
    return undefined
  }
}
