import type { CommandOptions, Maintenance } from '#core/maintenance.ts'
import { type Failure, RegistryError } from '#core/registry-error.ts'
import { Refusal, type RefusalReason } from '#core/refusal.ts'
import type { Transport } from './transport.ts'

/** What the socket answers instead of a result. */
export type MachineFailure =
  | { kind: 'refusal'; reason: RefusalReason; detail: Readonly<Record<string, string | number>> }
  | { kind: 'registry'; failure: Failure; message: string; detail: Readonly<Record<string, unknown>> }
  | { kind: 'other'; message: string }

/** The commands of the machine, at a server that runs: `POST /machine/<command>` with JSON, answered when done. */
export function machineClient(send: Transport): Maintenance {
  const call = async (name: keyof Maintenance, input: unknown, options?: CommandOptions): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const asked = { method: 'POST', path: `/machine/${name}`, headers, body: JSON.stringify(input), signal: options?.signal }
    const { status, body } = await send(asked)
    const answer: unknown = JSON.parse(body)
    if (status === 200) return answer
    throw failureOf(answer as MachineFailure)
  }
  const command =
    <Input, Output>(name: keyof Maintenance) =>
    (input: Input, options?: CommandOptions): Promise<Output> =>
      call(name, input, options) as Promise<Output>
  const commandWithoutInput =
    <Output>(name: keyof Maintenance) =>
    (options?: CommandOptions): Promise<Output> =>
      call(name, {}, options) as Promise<Output>
  return {
    usage: command('usage'),
    collect: commandWithoutInput('collect'),
    explain: command('explain'),
    scrub: commandWithoutInput('scrub'),
    backUp: command('backUp'),
    listJobs: command('listJobs'),
    retryJob: command('retryJob'),
    rotateKey: command('rotateKey'),
    authority: command('authority'),
    addresses: commandWithoutInput('addresses'),
  }
}

/** Whether somebody answers at all. */
export async function isThere(send: Transport): Promise<boolean> {
  try {
    await send({ method: 'POST', path: '/machine/' })
    return true
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'owner-gone') return false
    throw error
  }
}

function failureOf(answer: MachineFailure): Error {
  if (answer.kind === 'refusal') return new Refusal(answer.reason, answer.detail)
  if (answer.kind === 'registry') return new RegistryError(answer.failure, answer.message, answer.detail)
  return new Error(answer.message)
}
