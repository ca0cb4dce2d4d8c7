// The stage of one client's tests: Longshore, a second registry, and a user's home, once for each listener.
import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import type { Environment } from './command.ts'
import { type Peer, startPeer } from './peer.ts'
import { type Credential, type Longshore, readOnlyLogin, startLongshore } from './server.ts'
import { type Endpoint, type Listener, manifest, type StoredManifest, send } from './wire.ts'

export type User = Environment & { HOME: string; DOCKER_CONFIG: string }

export type Scene = {
  listener: Listener
  endpoint: Endpoint
  /** host:port, as clients name the registry. */
  host: string
  admin: Credential
  wrong: Credential
  peer: Peer
  /** For this listener's temporary files; removed at the end. */
  directory: string
  caFile: string
  /** Holds ca.crt, as docker's certs.d and the --cert-dir flags want it. */
  certificates: string
  /** The environment of a user who is logged in nowhere and trusts the registry's CA. */
  newUser: () => Promise<User>
  newRepository: () => string
  readOnly: (repository: string) => Promise<Credential>
  stored: (repository: string, reference: string) => Promise<StoredManifest | undefined>
  cli: Longshore['cli']
  /** Whether the repository itself holds a blob. */
  holdsBlob: (repository: string, digest: string) => Promise<boolean>
}

/** Declares a client's tests twice, against HTTPS under a real name and against plain loopback HTTP. */
export function onBothListeners(client: string, declare: (scene: Scene) => void): void {
  describe(client, () => {
    const shared = {} as { longshore: Longshore; peer: Peer; directory: string }
    before(async () => {
      shared.directory = await mkdtemp(join(tmpdir(), `longshore-${client}-`))
      shared.peer = await startPeer()
      shared.longshore = await startLongshore()
    })
    after(async () => {
      await shared.longshore?.stop()
      await shared.peer?.stop()
      if (shared.directory) await rm(shared.directory, { recursive: true, force: true })
    })
    for (const listener of ['https', 'http'] as const) {
      describe(listener, () => {
        const scene = { listener } as Scene
        before(async () => {
          Object.assign(scene, await openScene(client, shared.longshore, shared.peer, shared.directory, listener))
        })
        declare(scene)
      })
    }
  })
}

async function openScene(client: string, longshore: Longshore, peer: Peer, parent: string, listener: Listener): Promise<Scene> {
  const endpoint = longshore.endpoints[listener]
  const { admin, caFile, cli } = longshore
  const directory = join(parent, listener)
  const certificates = join(directory, 'certificates')
  await mkdir(certificates, { recursive: true })
  await cp(caFile, join(certificates, 'ca.crt'))
  let users = 0
  let repositories = 0
  return {
    listener,
    endpoint,
    host: endpoint.host,
    admin,
    wrong: { user: admin.user, password: 'not-the-password' },
    peer,
    directory,
    caFile,
    certificates,
    cli,
    async newUser() {
      const HOME = join(directory, `user-${++users}`)
      await mkdir(join(HOME, 'run'), { recursive: true, mode: 0o700 })
      // This machine's root may not raise limits, which podman's defaults ask for.
      await writeFile(join(HOME, 'containers.conf'), '[containers]\ndefault_ulimits=[]\n')
      await writeFile(join(HOME, 'auth.json'), '{}') // buildah and podman fail when it is named but not there
      return {
        HOME,
        XDG_RUNTIME_DIR: join(HOME, 'run'),
        XDG_CONFIG_HOME: undefined,
        DOCKER_CONFIG: join(HOME, '.docker'),
        REGISTRY_AUTH_FILE: join(HOME, 'auth.json'),
        CONTAINERS_CONF: join(HOME, 'containers.conf'),
        ...(listener === 'https' && { SSL_CERT_FILE: caFile }),
      }
    },
    newRepository: () => `${client}/${listener}/r${++repositories}`,
    readOnly: (repository) => readOnlyLogin(endpoint, repository, admin),
    stored: (repository, reference) => manifest(endpoint, repository, reference, admin),
    async holdsBlob(repository, digest) {
      const { status } = await send(endpoint, 'HEAD', `/v2/${repository}/blobs/${digest}`, { credential: admin })
      assert.ok(status === 200 || status === 404, `HEAD of a blob answered ${status}`)
      return status === 200
    },
  }
}
