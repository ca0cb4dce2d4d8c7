import { doctor } from './doctor.ts'
import { identity } from './identity.ts'
import { kubernetes } from './kubernetes.ts'
import { migration } from './migration.ts'
import { program } from './program.ts'
import { refusals } from './refusals.ts'
import { registry } from './registry.ts'
import { server } from './server.ts'
import { settings } from './settings.ts'
import { speed } from './speed.ts'
import { storage } from './storage.ts'

export const cli = {
  ...program,
  ...server,
  ...registry,
  ...storage,
  ...migration,
  ...settings,
  ...refusals,
  ...doctor,
  ...identity,
  ...speed,
  ...kubernetes,
}
