import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { refused, succeed } from './command.ts'
import { makeLayout } from './images.ts'
import { onBothListeners } from './scene.ts'
import { goTool } from './tool.ts'

type Command = readonly [string, readonly string[]]

onBothListeners('anonymous', (scene) => {
  const skopeo = (side: 'src' | 'dest', ...args: string[]): Command => {
    const trust = scene.listener === 'https' ? `--${side}-cert-dir=${scene.certificates}` : `--${side}-tls-verify=false`
    return ['skopeo', ['--insecure-policy', 'copy', trust, ...args]]
  }

  test('without a credential nothing is had, until the registry is opened; then pulls work and pushes still do not', async () => {
    const env = await scene.newUser()
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    const [image, other] = [`${scene.host}/${repository}:v1`, `${scene.host}/${repository}:v2`]
    const { user, password } = scene.admin
    await succeed(...skopeo('dest', `--dest-creds=${user}:${password}`, `oci:${layout.directory}:v1`, `docker://${image}`), { env })
    const probeTrust = scene.listener === 'https' ? ['-ca-file', scene.caFile] : ['-plain-http']
    const pulls: Command[] = [
      [goTool('crane'), ['manifest', image]],
      skopeo('src', `docker://${image}`, `dir:${join(env.HOME, 'pulled')}`),
      [goTool('oras-probe'), ['-registry', scene.host, ...probeTrust, 'fetch', `${repository}:v1`]],
    ]
    const pushes: Command[] = [
      [goTool('crane'), ['push', layout.directory, other]],
      skopeo('dest', `oci:${layout.directory}:v1`, `docker://${other}`),
      [goTool('oras-probe'), ['-registry', scene.host, ...probeTrust, 'push', `${repository}:v2`, join(layout.directory, 'oci-layout')]],
    ]

    await scene.cli('registry', 'update', '--anonymous-pull-enabled', 'false')
    for (const command of [...pulls, ...pushes]) await refused(...command, { env })
    await scene.cli('registry', 'update', '--anonymous-pull-enabled', 'true')
    for (const pull of pulls) await succeed(...pull, { env })
    for (const push of pushes) await refused(...push, { env })
    assert.equal(await scene.stored(repository, 'v2'), undefined)
  })
})
