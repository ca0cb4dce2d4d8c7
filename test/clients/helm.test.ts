import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { refused, run, succeed } from './command.ts'
import { onBothListeners } from './scene.ts'
import type { Credential } from './server.ts'
import { goTool } from './tool.ts'
import { sha256 } from './wire.ts'

onBothListeners('helm', (scene) => {
  const trust = () => (scene.listener === 'https' ? ['--ca-file', scene.caFile] : ['--plain-http'])
  const helm = (...args: string[]) => [goTool('helm'), args] as const
  const login = ({ user, password }: Credential) => helm('registry', 'login', scene.host, ...trust(), '-u', user, '-p', password)
  const place = (repository: string) => `oci://${scene.host}/${repository}`
  // Helm is not told of the CA by the environment here: its own flag must do.
  const newUser = async () => ({ ...(await scene.newUser()), SSL_CERT_FILE: undefined })

  /** Helm appends the chart's name to the place it is pushed to. */
  const makeChart = async (version: string): Promise<string> => {
    const parent = await mkdtemp(join(scene.directory, 'chart-'))
    await mkdir(join(parent, 'harbour/templates'), { recursive: true })
    await writeFile(join(parent, 'harbour/Chart.yaml'), `apiVersion: v2\nname: harbour\nversion: ${version}\ndescription: a test\n`)
    await writeFile(join(parent, 'harbour/values.yaml'), 'ships: 3\n')
    const template = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ships\ndata:\n  ships: "{{ .Values.ships }}"\n'
    await writeFile(join(parent, 'harbour/templates/ships.yaml'), template)
    await succeed(...helm('package', join(parent, 'harbour'), '-d', parent))
    return join(parent, `harbour-${version}.tgz`)
  }
  const push = (chart: string, repository: string) => helm('push', chart, place(repository), ...trust())

  test('push a chart, pull it by version and by digest, render it', async () => {
    const env = await newUser()
    await succeed(...login(scene.admin), { env })
    const chart = await makeChart('1.2.3')
    const repository = scene.newRepository()
    const { code, stdout, stderr } = await run(...push(chart, repository), { env })
    assert.equal(code, 0, stderr)
    const stored = await scene.stored(`${repository}/harbour`, '1.2.3')
    assert.ok(stored)
    assert.match(stdout + stderr, new RegExp(stored.digest))
    assert.equal(stored.json.config?.mediaType, 'application/vnd.cncf.helm.config.v1+json')
    const bytes = await readFile(chart)
    assert.equal(stored.json.layers?.[0]?.digest, sha256(bytes))

    for (const reference of [['--version', '1.2.3'], ['--version', '^1.0.0'], []]) {
      const target = await mkdtemp(join(env.HOME, 'pulled-'))
      await succeed(...helm('pull', `${place(repository)}/harbour`, ...reference, '-d', target, ...trust()), { env })
      assert.deepEqual(await readFile(join(target, 'harbour-1.2.3.tgz')), bytes)
    }
    const byDigest = `${place(repository)}/harbour@${stored.digest}`
    const rendered = await succeed(...helm('template', 'x', byDigest, ...trust()), { env })
    assert.match(rendered, /ships: "3"/)
  })

  test('the newest version is found among the tags, one with a plus sign too', async () => {
    const env = await newUser()
    await succeed(...login(scene.admin), { env })
    const repository = scene.newRepository()
    for (const version of ['1.0.0', '1.10.0+build.7', '1.9.0']) await succeed(...push(await makeChart(version), repository), { env })
    const shown = await succeed(...helm('show', 'chart', `${place(repository)}/harbour`, ...trust()), { env })
    assert.match(shown, /version: 1\.10\.0\+build\.7/)
    assert.ok(await scene.stored(`${repository}/harbour`, '1.10.0_build.7'))
  })

  test('a wrong password is refused', async () => {
    const env = await newUser()
    await refused(...login(scene.wrong), { env })
    const repository = scene.newRepository()
    const { user, password } = scene.wrong
    const chart = await makeChart('1.0.0')
    await refused(...helm('push', chart, place(repository), ...trust(), '--username', user, '--password', password), { env })
    assert.equal(await scene.stored(`${repository}/harbour`, '1.0.0'), undefined)
  })

  test('a read-only credential pulls and may not push', async () => {
    const repository = scene.newRepository()
    const admin = await newUser()
    await succeed(...login(scene.admin), { env: admin })
    await succeed(...push(await makeChart('1.0.0'), repository), { env: admin })
    const env = await newUser()
    await succeed(...login(await scene.readOnly(`${repository}/harbour`)), { env })
    await succeed(...helm('pull', `${place(repository)}/harbour`, '-d', env.HOME, ...trust()), { env })
    await refused(...push(await makeChart('2.0.0'), repository), { env })
    assert.equal(await scene.stored(`${repository}/harbour`, '2.0.0'), undefined)
  })
})
