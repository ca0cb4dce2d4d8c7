// Longshore on this machine, as the node sees it: by a name and with an authority that the node does not know.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { goToolFolder } from '../../tools/install-clients.ts'
import { type Result, run, succeed } from '../clients/command.ts'
import { startDaemon } from '../clients/daemon.ts'
import type { Credential } from '../clients/server.ts'
import type { Endpoint } from '../clients/wire.ts'
import { freePort } from '../world/free-port.ts'
import type { Cluster } from './node.ts'

export interface Registry {
  /** As images have it: `registry.test:5443`. */
  host: string
  /** From this machine. */
  endpoint: Endpoint
  caFile: string
  admin: Credential
  /** `longshore …` with the cluster's kubeconfig; must succeed. */
  cli: (words: string) => Promise<string>
  /** The same, whatever comes of it. */
  tried: (words: string) => Promise<Result>
  /** Makes the image of a layout be there. */
  push: (layout: { directory: string; tag: string }, repository: string, tag?: string) => Promise<void>
  stop: () => Promise<void>
}

export const registryName = 'registry.test'

const program = fileURLToPath(new URL('../../bin/longshore.js', import.meta.url))

export async function startRegistry({ machine, kubeconfig }: Pick<Cluster, 'machine' | 'kubeconfig'>): Promise<Registry> {
  const directory = await mkdtemp(join(tmpdir(), 'lsk-registry-'))
  const admin = await freePort()
  const host = `${registryName}:5443`
  const env = {
    LONGSHORE_DATA_DIR: join(directory, 'data'),
    LONGSHORE_HTTP: `${machine.outside}:5000`,
    LONGSHORE_HTTPS: `${machine.outside}:5443`,
    LONGSHORE_ADMIN: `127.0.0.1:${admin}`,
    LONGSHORE_NAMES: registryName,
    LONGSHORE_PUBLIC_URL: `https://${host}`,
    KUBECONFIG: kubeconfig,
    PATH: `${goToolFolder('kubernetes')}:${process.env.PATH}`,
  }
  const daemon = await startDaemon(process.execPath, [program, 'serve'], {
    env,
    ready: async () => (await fetch(`http://127.0.0.1:${admin}/readyz`)).status === 200,
  }).catch(async (error: unknown) => {
    await rm(directory, { recursive: true, force: true })
    throw error
  })
  const stop = async () => {
    await daemon.stop()
    await rm(directory, { recursive: true, force: true })
  }
  const tried = (words: string) => run(process.execPath, [program, ...words.split(' ').filter(Boolean)], { env, seconds: 300 })
  const cli = (words: string) => succeed(process.execPath, [program, ...words.split(' ').filter(Boolean)], { env, seconds: 300 })
  try {
    const { username: user, passwords } = JSON.parse(await cli('credential show --output json'))
    const credential = { user, password: passwords[0].value }
    return {
      host,
      endpoint: { listener: 'http', host: `${machine.outside}:5000`, url: `http://${machine.outside}:5000` },
      caFile: (await cli('ca --path')).trim(),
      admin: credential,
      cli,
      tried,
      push: async (layout, repository, tag = layout.tag) => {
        const to = `docker://${machine.outside}:5000/${repository}:${tag}`
        const login = ['--dest-creds', `${credential.user}:${credential.password}`, '--dest-tls-verify=false']
        await succeed('skopeo', ['--insecure-policy', 'copy', ...login, `oci:${layout.directory}:${layout.tag}`, to])
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
