import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DeedOptions, Maintenance } from '#core/maintenance.ts'
import { readBody } from '#http/body.ts'
import { readJson } from '#http/json-body.ts'
import { controlFailure } from './errors.ts'
import { inputs, parseControl } from './request.ts'

const largestBody = 64 * 1024

type Run = { [Name in keyof Maintenance]: (body: Readonly<Record<string, unknown>>, options: DeedOptions) => Promise<unknown> }

/** One row a deed. Who may connect is told by the socket's mode: the owner of the data directory alone. */
const rows = (deeds: Maintenance): Run => ({
  showCredentials: (body) => deeds.showCredentials(inputs.showCredentials(body)),
  renewCredential: (body) => deeds.renewCredential(inputs.renewCredential(body)),
  showRegistry: (body) => deeds.showRegistry(inputs.showRegistry(body)),
  listRegistries: () => deeds.listRegistries(),
  updateRegistry: (body) => deeds.updateRegistry(inputs.updateRegistry(body)),
  usage: (body) => deeds.usage(inputs.usage(body)),
  collect: () => deeds.collect(),
  explain: (body) => deeds.explain(inputs.explain(body)),
  scrub: (_body, options) => deeds.scrub(options),
  backUp: (body, options) => deeds.backUp(inputs.backUp(body), options),
  rotateKey: (body) => deeds.rotateKey(inputs.rotateKey(body)),
  authority: (body) => deeds.authority(inputs.authority(body)),
  addresses: () => deeds.addresses(),
  createServicePrincipal: (body) => deeds.createServicePrincipal(inputs.createServicePrincipal(body)),
  listServicePrincipals: () => deeds.listServicePrincipals(),
  showServicePrincipal: (body) => deeds.showServicePrincipal(inputs.showServicePrincipal(body)),
  deleteServicePrincipal: (body) => deeds.deleteServicePrincipal(inputs.deleteServicePrincipal(body)),
  resetServicePrincipal: (body) => deeds.resetServicePrincipal(inputs.resetServicePrincipal(body)),
  createUser: (body) => deeds.createUser(inputs.createUser(body)),
  resetUserPassword: (body) => deeds.resetUserPassword(inputs.resetUserPassword(body)),
  listUsers: () => deeds.listUsers(),
  showUser: (body) => deeds.showUser(inputs.showUser(body)),
  enableUser: (body) => deeds.enableUser(inputs.enableUser(body)),
  deleteUser: (body) => deeds.deleteUser(inputs.deleteUser(body)),
  createGroup: (body) => deeds.createGroup(inputs.createGroup(body)),
  listGroups: () => deeds.listGroups(),
  showGroup: (body) => deeds.showGroup(inputs.showGroup(body)),
  deleteGroup: (body) => deeds.deleteGroup(inputs.deleteGroup(body)),
  addGroupMember: (body) => deeds.addGroupMember(inputs.addGroupMember(body)),
  removeGroupMember: (body) => deeds.removeGroupMember(inputs.removeGroupMember(body)),
  giveRole: (body) => deeds.giveRole(inputs.giveRole(body)),
  listRoles: (body) => deeds.listRoles(inputs.listRoles(body)),
  takeRole: (body) => deeds.takeRole(inputs.takeRole(body)),
})

export interface ControlOptions {
  deeds: Maintenance
  /** Told of each deed that was asked for, and of what failed unexpectedly. */
  done: (deed: string, failure: unknown) => void
  /** Gives failures of the system their names. */
  named: (error: unknown) => unknown
  /** The server stops. */
  stopping: AbortSignal
}

/** The door for the command line on the same machine: JSON in, JSON out, one deed a request. A caller that leaves stops its deed. */
export function serveControl({
  deeds,
  done,
  named,
  stopping,
}: ControlOptions): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const run = rows(deeds)
  return async (request, response) => {
    const left = new AbortController()
    response.once('close', () => left.abort())
    let name = ''
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' }).end(JSON.stringify(body))
    try {
      const asked = parseControl(
        request.method ?? '',
        request.url ?? '',
        await readJson({ body: (limit) => readBody(request, limit) }, largestBody),
      )
      if (!asked) {
        answer(200, {})
        return
      }
      name = asked.deed
      const result = await run[asked.deed](asked.body, { signal: AbortSignal.any([left.signal, stopping]) })
      done(name, undefined)
      answer(200, result)
    } catch (cause) {
      const error = named(cause)
      const { status, body, expected } = controlFailure(error)
      done(name, expected ? undefined : error)
      answer(status, body)
    }
  }
}
