// A Docker engine of our own: it changes nothing of the machine's network, and of the machine's files only /etc/docker/certs.d, in a folder of the port that it is asked to trust.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { atEnd } from './at-end.ts'
import { type Environment, run } from './command.ts'
import { startDaemon } from './daemon.ts'

export const docker = '/usr/bin/docker' // another docker may come first on PATH

const certificatesPlace = '/etc/docker/certs.d'

export type DockerEngine = { env: Environment; stop: () => Promise<void> }

/**
 * @param trust CA certificates by host:port. The engine's BuildKit reads them once, when it starts.
 * @param within makes of a command line the one that is run, for an engine that is to see another hosts file
 */
export async function startDockerEngine(
  trust: Record<string, string>,
  within: (command: string, args: readonly string[]) => [command: string, args: string[]] = (command, args) => [command, [...args]],
  /** More of daemon.json. */
  config: Record<string, unknown> = {},
): Promise<DockerEngine> {
  const certificates = Object.entries(trust).map(([host, ca]) => ({ file: join(certificatesPlace, host, 'ca.crt'), ca }))
  for (const { file, ca } of certificates) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, ca)
  }
  const forget = atEnd(() => {
    for (const { file } of certificates) rmSync(dirname(file), { recursive: true, force: true })
  })
  const home = await mkdtemp(join(tmpdir(), 'longshore-dkr-')) // short: a socket's path may not be long
  const env = { DOCKER_HOST: `unix://${home}/s`, DOCKER_CONTEXT: undefined }
  await writeFile(join(home, 'daemon.json'), JSON.stringify({ features: { buildkit: true }, ...config }))
  const places = ['--data-root', join(home, 'd'), '--exec-root', join(home, 'e'), '--pidfile', join(home, 'pid')]
  const network = ['--bridge=none', '--iptables=false', '--ip-forward=false', '--ip-masq=false']
  const flags = [...places, ...network, '-H', env.DOCKER_HOST, '--config-file', join(home, 'daemon.json'), '--storage-driver', 'vfs']
  const daemon = await startDaemon(...within('dockerd', flags), {
    env: { SSL_CERT_FILE: undefined },
    ready: async () => (await run(docker, ['version'], { env })).code === 0,
  }).catch((error) => {
    forget()
    throw error
  })
  return {
    env,
    async stop() {
      await daemon.stop()
      forget()
      await rm(home, { recursive: true, force: true })
    },
  }
}
