import { randomBytes } from 'node:crypto'
import type { ChildServer } from '../../world/child.ts'
import { runCli } from '../../world/cli-run.ts'
import { planeOver, type PlaneRegistry, type PlaneWire, type Somebody } from '../../world/plane.ts'
import { type Answer, send, type SendOptions } from '../../world/send.ts'
import { Seeds } from './seeds.ts'

/** A server whose secrets are known, and ways to ask it whose answers are kept. */
export interface Seeding {
  seeds: Seeds
  server: ChildServer
  plane: PlaneWire
  registry: PlaneRegistry
  /** Owns the registry. */
  user: Somebody
  /** May push to it. */
  program: Somebody
  ask(method: string, path: string, options?: SendOptions): Promise<Answer>
  form(path: string, fields: Record<string, string> | [string, string][], headers?: Record<string, string>): Promise<Answer>
  /** A secret that nobody gave: what a client sends where it does not belong. */
  stray(what: string): string
}

export async function seed(server: ChildServer): Promise<Seeding> {
  const seeds = new Seeds()
  const reset = await runCli(['identity', 'user', 'reset-password', 'owner', '--output', 'json'], { LONGSHORE_DATA_DIR: server.dataDir })
  const { userPrincipalName: name, password } = JSON.parse(reset.out) as { userPrincipalName: string; password: string }
  const plane = await planeOver(server, { name, password: seeds.add('password of the owner', password) }, seeds.seen)
  seeds.add('ARM token of the owner', plane.owner.token)
  seeds.add('admin password of the first registry', server.password)
  const registry = await plane.registry('seeded')
  const user = await plane.user('seeded-user', { Owner: registry.id })
  const program = await plane.program('seeded-program', { AcrPush: registry.id })
  seeds.add('password of a user', user.password)
  seeds.add('ARM token of a user', user.token)
  seeds.add('client secret', program.password)
  seeds.add('ARM token of a program', program.token)
  const ask: Seeding['ask'] = async (method, path, options = {}) => {
    const answer = await send(server, method, path, { as: 'nobody', ...options })
    seeds.seen(method, path, answer)
    return answer
  }
  const form: Seeding['form'] = (path, fields, headers = {}) =>
    ask('POST', path, {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    })
  const stray = (what: string) => seeds.add(what, `Stray-${randomBytes(18).toString('base64url')}`)
  return { seeds, server, plane, registry, user, program, ask, form, stray }
}
