import { armFailpoint, type Failpoint } from '#ports/failpoint.ts'
import type { Config } from './settings.ts'

/** Of the configuration; each who asks counts the hits of its own. */
export const failpointOf = ({ failpoint }: Pick<Config, 'failpoint'>): Failpoint =>
  armFailpoint(
    failpoint,
    () => process.kill(process.pid, 'SIGKILL'),
    () => process.exit(),
  )
