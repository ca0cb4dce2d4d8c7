// The stage of az: one Longshore with its control plane, as an operator starts it, and people with empty profiles.
import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../world/free-port.ts'
import { type Environment, run, succeed, told } from '../command.ts'
import { startDaemon } from '../daemon.ts'
import { type Az, newProfile, type Profile } from './profile.ts'

const program = fileURLToPath(new URL('../../../bin/longshore.js', import.meta.url))

export type ServicePrincipal = { appId: string; displayName: string; password: string; tenant: string }

export type Stage = {
  /** `https://localhost:<port>`. */
  control: string
  /** host:port of the registry `local`. */
  host: string
  /** Registries are `<name>.<domain>`; with its port. */
  domain: string
  subscription: string
  /** ARM's id of the registry `local`. */
  registry: string
  directory: string
  caFile: string
  hosts: string
  /** Takes the registries that there are now into the hosts file. */
  refreshHosts: () => Promise<void>
  /** Longshore's own command line, on this server's data directory. */
  cli: (...args: string[]) => Promise<string>
  newProfile: (which?: Az) => Promise<Profile>
  /** The user `owner`, who may do everything, logged in. */
  owner: Profile
  ownerPassword: string
  /** A service principal with a role at a scope: the registry `local`, unless another is given. */
  servicePrincipal: (name: string, role: string, scope?: string) => Promise<ServicePrincipal>
  /** The same, and logged in. */
  principal: (name: string, role: string, scope?: string) => Promise<Profile>
  log: () => string
}

export type StageOptions = {
  /** On 443, where az asks what it asks without a port. */
  port?: number
  /** False: the theme logs people in itself. */
  signedIn?: boolean
  /** More of the server's settings, as variables. */
  settings?: Environment
}

/** Declares a theme's tests around one server. */
export function onStage(theme: string, declare: (stage: Stage) => void, options: StageOptions = {}): void {
  describe(theme, () => {
    const stage = {} as Stage
    let close: (() => Promise<void>) | undefined
    before(async () => {
      const opened = await openStage(options)
      close = opened.close
      Object.assign(stage, opened.stage)
      if (options.signedIn !== false) await prepareOwner(stage)
    })
    after(() => close?.())
    declare(stage)
  })
}

async function openStage({ port, settings }: StageOptions) {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-az-'))
  const https = port ?? (await freePort())
  const admin = await freePort()
  const env: Environment = {
    LONGSHORE_DATA_DIR: join(directory, 'data'),
    // Not that of whoever runs the tests.
    AZURE_CONFIG_DIR: undefined,
    LONGSHORE_HTTP: 'off',
    LONGSHORE_HTTPS: `127.0.0.1:${https}`,
    LONGSHORE_ADMIN: `127.0.0.1:${admin}`,
    ...settings,
  }
  const daemon = await startDaemon(process.execPath, [program, 'serve'], {
    env,
    ready: async () => (await fetch(`http://127.0.0.1:${admin}/readyz`)).status === 200,
  })
  const close = async () => {
    await daemon.stop()
    await rm(directory, { recursive: true, force: true })
  }
  const cli = (...args: string[]) => succeed(process.execPath, [program, ...args], { env })
  try {
    const hosts = join(directory, 'hosts')
    await copyFile('/etc/hosts', hosts)
    const refreshHosts = async () => {
      await cli('hosts', '--write', hosts)
    }
    await refreshHosts()
    const suffix = https === 443 ? '' : `:${https}`
    const prints = async (person: Environment) => {
      const result = await run(process.execPath, [program, 'env'], { env: { ...env, AZURE_CONFIG_DIR: person.AZURE_CONFIG_DIR } })
      assert.equal(result.code, 0, told('longshore', ['env'], result))
      return result.stdout
    }
    const stage = {
      control: `https://localhost${suffix}`,
      host: `localhost${suffix}`,
      domain: `longshore.localhost${suffix}`,
      directory,
      caFile: (await cli('ca', '--path')).trim(),
      hosts,
      refreshHosts,
      cli,
      newProfile: (which?: Az) => newProfile({ directory, hosts, prints, ...(which && { which }) }),
      log: daemon.log,
    }
    return { stage, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function prepareOwner(stage: Stage): Promise<void> {
  const reset = JSON.parse(await stage.cli('identity', 'user', 'reset-password', 'owner', '--output', 'json'))
  stage.ownerPassword = reset.password
  stage.owner = await stage.newProfile()
  const [account] = await stage.owner.az<{ id: string; tenantId: string }[]>('login', '-u', 'owner', '-p', stage.ownerPassword)
  assert.ok(account)
  stage.subscription = account.id
  stage.registry = `/subscriptions/${account.id}/resourceGroups/local/providers/Microsoft.ContainerRegistry/registries/local`
  stage.servicePrincipal = async (name, role, scope = stage.registry) =>
    JSON.parse(await stage.cli('identity', 'sp', 'create', '--name', name, '--role', role, '--scope', scope, '--output', 'json'))
  stage.principal = async (name, role, scope) => {
    const { appId, password, tenant } = await stage.servicePrincipal(name, role, scope)
    const profile = await stage.newProfile()
    await profile.az('login', '--service-principal', '-u', appId, '-p', password, '--tenant', tenant)
    return profile
  }
}

/** The CA's certificate, as docker's certs.d wants it. */
export const caOf = ({ caFile }: Stage): Promise<string> => readFile(caFile, 'utf8')
