import assert from 'node:assert/strict'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { succeed } from './command.ts'
import { onBothListeners } from './scene.ts'

// umoci makes images on disk and speaks to no registry: skopeo carries them.
onBothListeners('umoci', (scene) => {
  test('an image that umoci made comes back and unpacks to the same files', async () => {
    const env = await scene.newUser()
    const { user, password } = scene.admin
    const flags = (side: 'src' | 'dest') => [
      scene.listener === 'https' ? `--${side}-cert-dir=${scene.certificates}` : `--${side}-tls-verify=false`,
      `--${side}-creds=${user}:${password}`,
    ]
    const directory = await mkdtemp(join(scene.directory, 'umoci-'))
    const [made, back] = [join(directory, 'made'), join(directory, 'back')]
    await succeed('umoci', ['init', '--layout', made])
    await succeed('umoci', ['new', '--image', `${made}:v1`])
    await writeFile(join(directory, 'file'), scene.listener)
    await succeed('umoci', ['insert', '--image', `${made}:v1`, join(directory, 'file'), '/etc/unique'])
    await succeed('umoci', ['config', '--image', `${made}:v1`, '--config.cmd', '/bin/none', '--author', 'umoci'])

    const remote = `docker://${scene.host}/${scene.newRepository()}:v1`
    await succeed('skopeo', ['--insecure-policy', 'copy', ...flags('dest'), `oci:${made}:v1`, remote], { env })
    await succeed('skopeo', ['--insecure-policy', 'copy', ...flags('src'), remote, `oci:${back}:v1`], { env })
    const stat = async (layout: string) => JSON.parse(await succeed('umoci', ['stat', '--json', '--image', `${layout}:v1`]))
    assert.deepEqual(await stat(back), await stat(made))
    await succeed('umoci', ['unpack', '--image', `${back}:v1`, join(directory, 'bundle')])
    assert.equal(await readFile(join(directory, 'bundle/rootfs/etc/unique'), 'utf8'), scene.listener)
  })
})
