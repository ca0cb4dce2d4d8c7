import type { Access } from '#core/access.ts'
import type { CommandOptions, Maintenance } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type Answer, json } from '#http/answer.ts'
import type { Routes } from '#http/surface.ts'
import type { ControlRequest } from './request.ts'

export interface Context {
  machine: Maintenance
  options: CommandOptions
  /** Gives failures of the system their names. */
  named: (error: unknown) => unknown
  unexpected: (error: unknown) => void
}

/** Who may connect is told by the socket's mode. */
const ofOperator = (): Access => ({ kind: 'signed-in' })

const row = <Request>(run: (context: Context, request: Request) => Promise<unknown>) => ({
  access: ofOperator,
  handle: (context: Context, request: Request): Promise<Answer> => answered(context, () => run(context, request)),
})

/** One row a command. */
export const routes: Routes<Context, ControlRequest> = {
  presence: row(async () => ({})),
  usage: row(({ machine }, { input }) => machine.usage(input)),
  collect: row(({ machine }) => machine.collect()),
  explain: row(({ machine }, { input }) => machine.explain(input)),
  scrub: row(({ machine, options }) => machine.scrub(options)),
  backUp: row(({ machine, options }, { input }) => machine.backUp(input, options)),
  listJobs: row(({ machine }, { input }) => machine.listJobs(input)),
  retryJob: row(({ machine }, { input }) => machine.retryJob(input)),
  rotateKey: row(({ machine }, { input }) => machine.rotateKey(input)),
  authority: row(({ machine }, { input }) => machine.authority(input)),
  addresses: row(({ machine }) => machine.addresses()),
}

/** The one caller has the rights of the data directory's owner: what failed is told as it is, by name where it has one. */
async function answered({ named, unexpected }: Context, run: () => Promise<unknown>): Promise<Answer> {
  try {
    return json(200, await run())
  } catch (cause) {
    const error = named(cause)
    if (error instanceof RegistryError) throw error
    if (error instanceof Refusal) return json(409, { kind: 'refusal', reason: error.reason, detail: error.detail })
    unexpected(error)
    return json(500, { kind: 'other', message: error instanceof Error ? error.message : String(error) })
  }
}
