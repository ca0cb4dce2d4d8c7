import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dataDirectory } from '#adapters/fs/data-directory.ts'
import { sharedWith } from '#adapters/fs/group-reads.ts'
import { cloudIn } from '#app/checkup/server.ts'
import type { Elsewhere } from '#cli/host.ts'
import type { Here, Patient } from '#core/checkup.ts'
import type { Addresses, Maintenance } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import { RegistryError } from '#core/registry-error.ts'
import { withoutPort } from '#http/hosts.ts'
import type { Machine } from '#ports/machine.ts'
import { asRefusal } from './failures.ts'
import { listenersOf } from './listening.ts'
import { openOperator } from './open-operator.ts'
import { originsOf } from './origins.ts'
import { firstRegistry } from './first-start.ts'
import type { Config } from './settings.ts'

/** How cures call us, and what they need to find the data folder. */
export interface Called {
  program: string
  place: string
}

/** The server of a data folder, whether it runs, is stopped, or was never there. */
export async function patientHere(config: Config, called: Called): Promise<Patient> {
  let trouble: Refusal | undefined
  const opened = await openOperator(config).catch((cause: unknown) => {
    const error = asRefusal(cause)
    if (!(error instanceof Refusal)) throw error
    if (error.reason !== 'no-registry') trouble = error
    return undefined
  })
  try {
    const isRunning = opened?.isRunning === true
    const addresses = opened ? await opened.machine.addresses() : addressesWithout(config)
    const { control, domain, registries, dataEndpoints, listeners } = addresses
    const here: Here = {
      ...partsOf(config),
      isMade: opened !== undefined,
      trouble,
      isRunning,
      pid: isRunning ? pidIn(config) : undefined,
      listeners,
    }
    const hosts = [...registries.map((name) => `${name}.${withoutPort(domain)}`), ...dataEndpoints]
    return { control, domain, hosts, authority: opened && (await authorityOf(opened.machine)), here, ...called }
  } finally {
    await opened?.close()
  }
}

function addressesWithout(config: Config): Addresses {
  return { ...originsOf(config), registries: [firstRegistry], dataEndpoints: [], listeners: listenersOf(config) }
}

type Parts = Pick<Here, 'dataDir' | 'diskFloor' | 'closed' | 'group' | 'together'>

function partsOf({ dataDir, diskFloor, tlsCert, blobOffloadGroup }: Config): Parts {
  const directory = dataDirectory(dataDir)
  const { database, objects, secretKey, tls } = directory
  // Who asks may not have the server's settings: what it gave a front's group is seen by the folder itself.
  const group = blobOffloadGroup === '' ? sharedWith(directory) : blobOffloadGroup
  return {
    dataDir,
    diskFloor,
    closed: [
      // A front's group passes it (group-reads.ts).
      { path: dataDir, mode: group === undefined ? 0o700 : 0o710 },
      { path: dirname(secretKey), mode: 0o700 },
      { path: secretKey, mode: 0o600 },
      ...(tlsCert ? [] : [{ path: join(tls, 'ca.key'), mode: 0o600 }]),
    ],
    group,
    together: [database, objects, dirname(secretKey)],
  }
}

function pidIn({ dataDir }: Config): number | undefined {
  try {
    return Number(readFileSync(join(dataDir, 'owner.pid'), 'utf8')) || undefined
  } catch {
    return undefined
  }
}

/** Undefined: the certificate is the operator's, or HTTPS was never on. */
async function authorityOf(machine: Maintenance): Promise<Patient['authority']> {
  try {
    const { path } = await machine.authority({ renew: false })
    return existsSync(path) ? { path, pem: readFileSync(path, 'utf8') } : undefined
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'no-local-authority') return undefined
    throw error
  }
}

/** A server that is known by its address alone; what it tells of itself is public. */
export async function patientElsewhere(machine: Machine, program: string, { server, registries, ca }: Elsewhere): Promise<Patient> {
  const text = /^https?:\/\//.test(server) ? server : `https://${server}`
  if (!URL.canParse(text)) throw new RegistryError('request-invalid', `--server: expected https://host[:port]; got "${server}"`)
  const control = new URL(text).origin
  const pem = ca === undefined ? undefined : machine.read(ca)
  if (ca !== undefined && pem === undefined) throw new RegistryError('not-found', `${ca}: there is no such file or folder`)
  const got = await machine.get(`${control}/metadata/endpoints?api-version=2019-05-01`)
  const domain = (got.met ? cloudIn(got.body)?.suffix : undefined) ?? new URL(control).host
  return {
    control,
    domain,
    hosts: registries.map((name) => (name.includes('.') ? withoutPort(name) : `${name}.${withoutPort(domain)}`)),
    authority: ca !== undefined && pem !== undefined ? { path: ca, pem } : undefined,
    here: undefined,
    program,
    place: '',
  }
}
