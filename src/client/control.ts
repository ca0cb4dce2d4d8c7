import { request } from 'node:http'
import type { DeedOptions, Maintenance } from '#core/maintenance.ts'
import { type Failure, RegistryError } from '#core/registry-error.ts'
import { Refusal, type RefusalReason } from '#core/refusal.ts'

/** What the socket answers instead of a result. */
export type ControlFailure =
  | { kind: 'refusal'; reason: RefusalReason; detail: Readonly<Record<string, string | number>> }
  | { kind: 'registry'; failure: Failure; message: string; detail: Readonly<Record<string, unknown>> }
  | { kind: 'other'; message: string }

/** Nobody listens yet, or no longer. */
const absent: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

/** The deeds of the process that listens on a unix socket: POST /<deed> with JSON, answered when done, however long it takes. */
export function controlClient(path: string): Maintenance & { isThere: () => Promise<boolean> } {
  const deed =
    <Input, Output>(name: keyof Maintenance) =>
    (input: Input, options?: DeedOptions): Promise<Output> =>
      call(path, name, input, options?.signal) as Promise<Output>
  const deedWithoutInput =
    <Output>(name: keyof Maintenance) =>
    (options?: DeedOptions): Promise<Output> =>
      call(path, name, {}, options?.signal) as Promise<Output>
  return {
    isThere: () =>
      call(path, undefined, {}).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Refusal && error.reason === 'owner-gone') return false
          throw error
        },
      ),
    showCredentials: deed('showCredentials'),
    renewCredential: deed('renewCredential'),
    showRegistry: deed('showRegistry'),
    listRegistries: deedWithoutInput('listRegistries'),
    updateRegistry: deed('updateRegistry'),
    usage: deed('usage'),
    collect: deedWithoutInput('collect'),
    explain: deed('explain'),
    scrub: deedWithoutInput('scrub'),
    backUp: deed('backUp'),
    rotateKey: deed('rotateKey'),
    authority: deed('authority'),
    addresses: deedWithoutInput('addresses'),
    createServicePrincipal: deed('createServicePrincipal'),
    listServicePrincipals: deedWithoutInput('listServicePrincipals'),
    showServicePrincipal: deed('showServicePrincipal'),
    deleteServicePrincipal: deed('deleteServicePrincipal'),
    resetServicePrincipal: deed('resetServicePrincipal'),
    createUser: deed('createUser'),
    resetUserPassword: deed('resetUserPassword'),
    listUsers: deedWithoutInput('listUsers'),
    showUser: deed('showUser'),
    enableUser: deed('enableUser'),
    deleteUser: deed('deleteUser'),
    createGroup: deed('createGroup'),
    listGroups: deedWithoutInput('listGroups'),
    showGroup: deed('showGroup'),
    deleteGroup: deed('deleteGroup'),
    addGroupMember: deed('addGroupMember'),
    removeGroupMember: deed('removeGroupMember'),
    giveRole: deed('giveRole'),
    listRoles: deed('listRoles'),
    takeRole: deed('takeRole'),
  }
}

/** @param name absent: only asks whether somebody is there */
function call(path: string, name: keyof Maintenance | undefined, input: unknown, signal?: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(new Refusal('interrupted'))
      else reject(absent.has(error.code ?? '') ? new Refusal('owner-gone') : error)
    }
    const outgoing = request(
      { socketPath: path, path: `/${name ?? ''}`, method: 'POST', agent: false, headers: { 'Content-Type': 'application/json' } },
      (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', fail)
        response.on('end', () => {
          try {
            const answer: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'))
            if (response.statusCode === 200) resolve(answer)
            else reject(failureOf(answer as ControlFailure))
          } catch (error) {
            reject(error)
          }
        })
      },
    )
    outgoing.on('error', fail)
    const leave = () => outgoing.destroy(new Error('aborted'))
    if (signal?.aborted) leave()
    signal?.addEventListener('abort', leave, { once: true })
    outgoing.end(JSON.stringify(input))
  })
}

function failureOf(answer: ControlFailure): Error {
  if (answer.kind === 'refusal') return new Refusal(answer.reason, answer.detail)
  if (answer.kind === 'registry') return new RegistryError(answer.failure, answer.message, answer.detail)
  return new Error(answer.message)
}
