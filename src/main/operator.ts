import { setTimeout as pause } from 'node:timers/promises'
import { ArmClient } from '#client/arm.ts'
import { GraphClient } from '#client/graph.ts'
import type { Transport } from '#client/transport.ts'
import type { Operator } from '#cli/host.ts'
import type { Maintenance } from '#core/maintenance.ts'

export const operatorOf = (send: Transport, machine: Maintenance): Operator => {
  const options = { send, pause: (milliseconds: number) => pause(milliseconds) }
  return { arm: new ArmClient(options), graph: new GraphClient(options), machine }
}
