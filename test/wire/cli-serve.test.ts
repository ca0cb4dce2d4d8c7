import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { dataDirectory } from '#adapters/fs/data-directory.ts'
import { ownDataDirectory } from '#adapters/fs/ownership.ts'
import { onFreePorts, program, runCli, spawnProgram } from '../world/cli-run.ts'
import { openRaw, statusesOf } from '../world/raw.ts'
import { makeDataDirectory, removeDataDirectory, Server } from '../world/server.ts'

const serve = (dataDir: string, words: string[] = []) => spawnProgram(process.execPath, [program, 'serve', ...words], onFreePorts(dataDir))

test('the first start prints what a person needs, later ones a line without the password; logs go to standard error', async () => {
  const dataDir = makeDataDirectory()
  const first = serve(dataDir)
  await first.says('docker push')
  const [, password = ''] = /Password +(\S+)/.exec(first.out()) ?? []
  const [, address = ''] = /docker login (127\.0\.0\.1:[0-9]+) -u local\n/.exec(first.out()) ?? []
  const [, ca = ''] = /CA for HTTPS +(\S+)/.exec(first.out()) ?? []
  assert.ok(readFileSync(ca, 'utf8').startsWith('-----BEGIN CERTIFICATE'))
  const authorization = `Basic ${Buffer.from(`local:${password}`).toString('base64')}`
  assert.equal((await fetch(`http://${address}/v2/`, { headers: { authorization } })).status, 200)
  await first.says(' doctor"')
  assert.equal(first.out().includes('{"level"'), false)
  const environment = process.platform === 'linux' ? readFileSync(`/proc/${first.child.pid}/environ`, 'utf8').split('\0') : undefined
  for (const each of ['MALLOC_ARENA_MAX=2', 'MALLOC_MMAP_THRESHOLD_=131072', 'MALLOC_TRIM_THRESHOLD_=2097152'])
    if (environment) assert.ok(environment.includes(each), each)

  const second = serve(dataDir)
  assert.deepEqual(await second.ended, { code: 1, signal: null })
  assert.match(second.problem(), new RegExp(`^longshore: \\S+ is in use by process ${first.child.pid}: stop it, or .*\n$`))
  assert.equal(second.out(), '')

  first.child.kill('SIGTERM')
  assert.deepEqual(await first.ended, { code: 0, signal: null })
  for (const line of first.problem().trim().split('\n')) assert.ok(line.startsWith('{"level"'), line)

  const again = serve(dataDir)
  await again.says('is running at')
  assert.match(
    again.out(),
    /^Longshore is running at http:\/\/127\.0\.0\.1:[0-9]+ {2}https:\/\/127\.0\.0\.1:[0-9]+ with the data in \S+\n$/,
  )
  again.child.kill('SIGINT')
  assert.deepEqual(await again.ended, { code: 0, signal: null })
  removeDataDirectory(dataDir)
})

test('a second signal ends a server at once that waits for a request', async () => {
  const dataDir = makeDataDirectory()
  const server = serve(dataDir)
  await server.says('docker push')
  const [, address = '', password = ''] = /Addresses +(http:\S+)[^]*?Password +(\S+)/.exec(server.out()) ?? []
  const authorization = `Basic ${Buffer.from(`local:${password}`).toString('base64')}`
  const started = await fetch(`${address}/v2/a/blobs/uploads/`, { method: 'POST', headers: { authorization } })
  const upload = new URL(started.headers.get('location') ?? '', address)
  const endless = await openRaw({ host: upload.hostname, port: Number(upload.port) })
  endless.socket.write(
    `PATCH ${upload.pathname}${upload.search} HTTP/1.1\r\nHost: ${upload.host}\r\nAuthorization: ${authorization}\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n`,
  )
  assert.deepEqual(statusesOf(await endless.until(/\r\n\r\n/)), [100], 'it is at work')
  server.child.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 900))
  assert.equal(server.child.exitCode, null)
  server.child.kill('SIGTERM')
  assert.deepEqual(await server.ended, { code: 1, signal: null })
  endless.socket.destroy()
  removeDataDirectory(dataDir)
})

test('an address that is in use is told with its setting, and the data folder is given back', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const dataDir = makeDataDirectory()
  for (const setting of ['http', 'https', 'admin']) {
    const { code, problem } = await runCli(['serve', `--${setting}`, `127.0.0.1:${port}`], {
      ...onFreePorts(dataDir),
      LONGSHORE_LOG_LEVEL: 'silent',
    })
    assert.equal(code, 1)
    assert.equal(
      problem,
      `longshore: ${setting}: 127.0.0.1:${port} is in use by another program; choose another with --${setting} or LONGSHORE_${setting.toUpperCase()}\n`,
    )
  }
  other.close()
  ownDataDirectory(dataDirectory(dataDir)).release()
  removeDataDirectory(dataDir)
})

test('a data folder that may not be written is told in one line', async () => {
  const dataDir = makeDataDirectory()
  const { code, problem } = await runCli(['serve'], onFreePorts(join(dataDir, 'ballast', 'below')))
  assert.equal(code, 1)
  assert.match(problem, /^longshore: \S+ballast\S* is not what it must be \(ENOTDIR\)[^\n]*\n$/)
  removeDataDirectory(dataDir)
})

test('a command waits five seconds for an owner that is starting or stopping, then names it', async () => {
  const dataDir = makeDataDirectory()
  const owner = ownDataDirectory(dataDirectory(dataDir))
  const started = performance.now()
  const { code, problem } = await runCli(['usage', '--data-dir', dataDir])
  assert.ok(performance.now() - started >= 5000)
  assert.equal(code, 1)
  assert.match(problem, new RegExp(`^longshore: process ${process.pid} has ${dataDir} and does not answer`))
  owner.release()
  removeDataDirectory(dataDir)
})

test('a command that meets a starting server is answered when it is up', async () => {
  const server = await Server.start()
  await server.down()
  const [ran] = await Promise.all([
    new Promise<void>((resolve) => setTimeout(resolve, 50)).then(() => runCli(['credential', 'show', '--data-dir', server.dataDir])),
    server.up(),
  ])
  assert.equal(ran.code, 0, ran.problem)
  await server.stop()
})

test('a socket that a killed server left behind keeps nobody out', async () => {
  const dataDir = makeDataDirectory()
  const server = serve(dataDir)
  await server.says('docker push')
  server.child.kill('SIGKILL')
  await server.ended
  assert.ok(existsSync(join(dataDir, 'control.sock')))
  assert.equal((await runCli(['usage', '--data-dir', dataDir])).code, 0)
  const again = serve(dataDir)
  // Whether the killed one had come to know that its passwords were seen is a matter of luck.
  await again.says('running')
  assert.equal((await runCli(['usage', '--data-dir', dataDir])).code, 0)
  again.child.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
  removeDataDirectory(dataDir)
})

test('the program starts under an older Node, which hands over to the one that npm installed', async (context) => {
  const old = spawnProgram('/usr/bin/env', ['-S', 'node', '--version'], { PATH: '/usr/bin:/bin' })
  await old.ended
  if (!/^v(?:1[0-9]|2[0-3])\./.test(old.out())) return context.diagnostic(`no older Node here: ${old.out().trim()}`)
  const version = spawnProgram('/usr/bin/env', ['-S', 'node', program, '--version'], { PATH: '/usr/bin:/bin' })
  assert.deepEqual(await version.ended, { code: 0, signal: null })
  assert.match(version.out(), /^[0-9]+\.[0-9]+\.[0-9]+\n$/)
})
