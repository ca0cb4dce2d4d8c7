// The image of deploy/Dockerfile, of this checkout, without a registry: its base is made of Debian's packages.
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toolsFolder } from '../../tools/install-clients.ts'
import { rootsFiles } from '#adapters/system/machine.ts'
import { run, succeed } from '../clients/command.ts'

const checkout = fileURLToPath(new URL('../../', import.meta.url))
export const imageName = { repository: 'longshore.test/longshore', tag: 'checkout' }

/** Debian as its slim image is: what is essential, and apt with what that needs. It is kept beside the other tools. */
async function baseSystem(): Promise<string> {
  const [, codename = 'stable'] = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? []
  const file = join(toolsFolder, `debian-${codename}.tar`)
  if (existsSync(file)) return file
  mkdirSync(toolsFolder, { recursive: true })
  const fresh = join(toolsFolder, `.new-${process.pid}.tar`)
  // With this machine's own mirrors, which are known to be reached.
  const sources = globSync(['/etc/apt/sources.list', '/etc/apt/sources.list.d/*.{list,sources}'])
  await succeed('mmdebstrap', ['--quiet', '--variant=apt', codename, fresh, ...sources], { seconds: 600 })
  renameSync(fresh, file)
  return file
}

/**
 * Builds it by buildah and answers an archive that containerd imports. What the Dockerfile takes npm from is the same base with this
 * machine's Node and npm.
 */
export async function buildImage(folder: string): Promise<string> {
  // One that was built before, for several files of tests.
  if (process.env.TEST_IMAGE) return process.env.TEST_IMAGE
  const context = mkdtempSync(join(folder, 'context-'))
  const storage = mkdtempSync(join(tmpdir(), 'lsk-build-'))
  const options = ['--root', join(storage, 'root'), '--runroot', join(storage, 'run'), '--storage-driver', 'vfs']
  const buildah = (...words: string[]) => succeed('buildah', [...options, ...words], { seconds: 900 })
  try {
    const base = (await buildah('from', 'scratch')).trim()
    await buildah('add', '--quiet', base, await baseSystem(), '/')
    await buildah('commit', '--quiet', base, 'localhost/base')
    const npm = (await run('sh', ['-c', 'readlink -f "$(command -v npm)"'])).stdout.trim()
    await buildah('run', '--isolation', 'chroot', base, 'sh', '-c', 'apt-get update && apt-get install -y libatomic1')
    await buildah('copy', '--quiet', base, process.execPath, '/usr/local/bin/node')
    await buildah('copy', '--quiet', base, join(npm, '../..'), '/usr/local/lib/npm')
    // Packages come as they come to this machine: by its own roots, where it has any.
    const roots = rootsFiles.find((each) => existsSync(each))
    if (roots !== undefined) await buildah('copy', '--quiet', base, roots, '/etc/machine-roots.pem')
    const trusting = roots === undefined ? '' : 'export npm_config_cafile=/etc/machine-roots.pem\n'
    writeFileSync(join(context, 'npm'), `#!/bin/sh\n${trusting}exec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n`, { mode: 0o755 })
    await buildah('copy', '--quiet', base, join(context, 'npm'), '/usr/local/bin/npm')
    await buildah('commit', '--quiet', base, 'localhost/npm')
    await succeed('npm', ['pack', '--silent', '--pack-destination', context], { cwd: checkout, seconds: 120 })
    const images = ['--build-arg', 'NPM=localhost/npm', '--build-arg', 'BASE=localhost/base']
    const how = ['--isolation', 'chroot', '--pull-never', '--quiet', '-f', join(checkout, 'deploy/Dockerfile')]
    await buildah('bud', ...how, ...images, '-t', 'localhost/longshore', context)
    const archive = join(folder, 'longshore.tar')
    await buildah('push', '--quiet', 'localhost/longshore', `docker-archive:${archive}:${imageName.repository}:${imageName.tag}`)
    return archive
  } finally {
    rmSync(storage, { recursive: true, force: true })
    rmSync(context, { recursive: true, force: true })
  }
}
