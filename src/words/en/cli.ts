import { doctor } from './doctor.ts'
import { identity } from './identity.ts'
import { kubernetes } from './kubernetes.ts'
import { move } from './move.ts'
import { program } from './program.ts'
import { refusals } from './refusals.ts'
import { registry } from './registry.ts'
import { server } from './server.ts'
import { settings } from './settings.ts'
import { speed } from './speed.ts'
import { storage } from './storage.ts'

/** Everything that the command line says. */
export const cli = {
  ...program,
  ...server,
  ...registry,
  ...storage,
  ...move,
  ...settings,
  ...refusals,
  ...doctor,
  ...identity,
  ...speed,
  ...kubernetes,
}
