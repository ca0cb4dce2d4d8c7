import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { onFreePorts, program, runCli, spawnProgram } from '../world/cli-run.ts'
import { pushImage } from '../world/content.ts'
import { planeOver, succeeded } from '../world/plane.ts'
import { json, send } from '../world/send.ts'
import { makeDataDirectory, removeDataDirectory, Server } from '../world/server.ts'

const unattended = (dataDir: string): Record<string, string> => {
  const { LONGSHORE_PASSWORD_FILE: _, ...env } = onFreePorts(dataDir)
  return env
}
const serve = (env: Record<string, string>) => spawnProgram(process.execPath, [program, 'serve'], env)

/** What a file of first passwords has. */
const passwordsIn = (path: string): Record<string, string> =>
  Object.fromEntries(
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

const basic = (passwords: Record<string, string>) => ({
  authorization: `Basic ${Buffer.from(`${passwords.registry_user}:${passwords.registry_password}`).toString('base64')}`,
})

test('where nobody looks at a screen no password is printed: a file of the owner alone has them, and the output says where', async () => {
  const dataDir = makeDataDirectory()
  const first = serve(unattended(dataDir))
  await first.says('docker push')
  const file = join(dataDir, 'first-passwords')
  assert.equal(statSync(file).mode & 0o777, 0o400)
  const passwords = passwordsIn(file)
  assert.deepEqual(Object.keys(passwords), ['registry_user', 'registry_password', 'owner_login', 'owner_password'])
  assert.match(first.out(), new RegExp(`Passwords +${file}\n`))
  for (const secret of [passwords.registry_password, passwords.owner_password]) {
    assert.ok(secret && secret.length > 20)
    assert.equal((first.out() + first.problem()).includes(secret), false)
  }
  const [, address = ''] = /Addresses +(http:\S+)/.exec(first.out()) ?? []
  assert.equal((await fetch(`${address}/v2/`, { headers: basic(passwords) })).status, 200)
  first.child.kill('SIGTERM')
  await first.ended

  rmSync(file)
  const again = serve(unattended(dataDir))
  await again.says('is running at')
  again.child.kill('SIGTERM')
  await again.ended
  assert.throws(() => statSync(file), /ENOENT/, 'told once')
  removeDataDirectory(dataDir)
})

test('--password-file names the file; one that is somebody’s is not written over, and the next start tells', async () => {
  const dataDir = makeDataDirectory()
  const file = join(dataDir, '..', 'passwords')
  writeFileSync(file, 'mine')
  const env = { ...unattended(dataDir), LONGSHORE_PASSWORD_FILE: file, LONGSHORE_LOG_LEVEL: 'silent' }
  const refused = await runCli(['serve'], env, AbortSignal.abort())
  assert.equal(refused.code, 1)
  assert.match(refused.problem, /^longshore: passwordFile: \S+ is there already and is not ours: choose another with --password-file/)
  assert.equal(readFileSync(file, 'utf8'), 'mine')
  const nowhere = await runCli(['serve', '--password-file', join(dataDir, 'no', 'where')], env, AbortSignal.abort())
  assert.match(nowhere.problem, /^longshore: passwordFile: \S+ cannot be written \(ENOENT\): choose another/)
  rmSync(file)
  assert.equal((await runCli(['serve'], env, AbortSignal.abort())).code, 0)
  assert.equal(statSync(file).mode & 0o777, 0o400)
  const shown = JSON.parse((await runCli(['credential', 'show', '--output', 'json'], { LONGSHORE_DATA_DIR: dataDir })).out)
  assert.equal(passwordsIn(file).registry_password, shown.passwords[0].value)
  removeDataDirectory(dataDir)
})

for (const taken of ['http', 'https', 'admin'])
  test(`a first start that found the port of ${taken} taken loses nothing: the next one tells both passwords, which are good`, async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const dataDir = makeDataDirectory()
    const env = { ...onFreePorts(dataDir), LONGSHORE_LOG_LEVEL: 'silent' }
    const { port } = other.address() as AddressInfo
    const failed = await runCli(['serve', `--${taken}`, `127.0.0.1:${port}`], env, AbortSignal.abort())
    assert.equal(failed.code, 1)
    assert.equal(failed.out, '')
    other.close()
    const server = serve(env)
    await server.says('docker push')
    const [, address = '', password = '', login = '', ownerPassword = ''] =
      /Addresses +(http:\S+)[^]*?Password +(\S+)[^]*?Owner \(az login\) +(\S+)\n +Password +(\S+)/.exec(server.out()) ?? []
    assert.equal((await fetch(`${address}/v2/`, { headers: basic({ registry_user: 'local', registry_password: password }) })).status, 200)
    const form = { grant_type: 'password', client_id: '04b07795-8ddb-461a-bbee-02f9e1bf7b46', username: login, password: ownerPassword }
    const granted = await fetch(`${address}/adfs/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, resource: address }),
    })
    // Over plain HTTP the control origin is the HTTPS one: that the password is right is told by what is refused.
    assert.ok([200, 400].includes(granted.status))
    assert.doesNotMatch(await granted.text(), /AADSTS50126|invalid username or password/i)
    server.child.kill('SIGTERM')
    await server.ended
    removeDataDirectory(dataDir)
  })

test('a registry that was deleted stays deleted, the first one and its group too, and the server serves on', async (t) => {
  const server = await Server.start()
  t.after(() => server.stop())
  const { owner } = server.started.unshownPasswords ?? {}
  const somebody = { name: owner?.login ?? '', password: owner?.password ?? '' }
  await pushImage(server, 'team/app', 'v1')
  const plane = await planeOver(server, somebody)
  const group = `${plane.subscription}/resourceGroups/local`
  succeeded(await plane.arm('DELETE', `${group}/providers/Microsoft.ContainerRegistry/registries/local`), 200)
  succeeded(await plane.arm('DELETE', group, { version: '2021-04-01' }), 200, 202)
  for (let starts = 0; starts < 3; starts++) {
    await server.down()
    await server.up()
    const names = async (path: string) =>
      json<{ value: { name: string }[] }>(succeeded(await plane.arm('GET', path), 200)).value.map((each) => each.name)
    assert.deepEqual(await names(`${plane.subscription}/providers/Microsoft.ContainerRegistry/registries`), [])
    assert.equal((await plane.arm('GET', group, { version: '2021-04-01' })).status, 404)
    assert.equal((await send(server, 'GET', '/v2/')).status, 404)
    const listed = await runCli(['credential', 'show'], { LONGSHORE_DATA_DIR: server.dataDir })
    assert.equal(listed.code, 1)
    assert.match(listed.problem, /there is no registry "local"/)
  }
  // Its name is free, and the new one is nobody's old one.
  succeeded(await plane.arm('PUT', group, { version: '2021-04-01', body: { location: 'local' } }), 201)
  const made = { location: 'local', sku: { name: 'Basic' }, properties: { adminUserEnabled: false } }
  succeeded(await plane.arm('PUT', `${group}/providers/Microsoft.ContainerRegistry/registries/local`, { body: made }), 200, 201)
  await server.down()
  await server.up()
  const shown = await runCli(['registry', 'show', '--output', 'json'], { LONGSHORE_DATA_DIR: server.dataDir })
  assert.equal(JSON.parse(shown.out).adminUserEnabled, false)
  assert.equal(server.started.unshownPasswords?.credentials, undefined)
})
