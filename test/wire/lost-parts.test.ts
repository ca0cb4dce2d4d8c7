import assert from 'node:assert/strict'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { onFreePorts, program, type Ran, runCli, spawnProgram } from '../world/cli-run.ts'
import { digestOf, pushBlob, pushImage, someBytes } from '../world/content.ts'
import { send } from '../world/send.ts'
import { makeDataDirectory, removeDataDirectory, Server } from '../world/server.ts'

let whole: Server
const large = someBytes(100_000)
before(async () => {
  whole = await Server.start()
  await pushBlob(whole, 'kept', large)
  await pushImage(whole, 'kept', 'v1')
  await whole.down()
})
after(() => whole.stop())

/** A copy of a registry with one part spoilt, and what a start of it says. */
async function startBeside(spoil: (dataDir: string) => void): Promise<Ran & { dataDir: string }> {
  const dataDir = makeDataDirectory()
  cpSync(whole.dataDir, dataDir, { recursive: true })
  spoil(dataDir)
  const aborted = AbortSignal.abort()
  return { dataDir, ...(await runCli(['serve'], { ...onFreePorts(dataDir), LONGSHORE_LOG_LEVEL: 'silent' }, aborted)) }
}

const database = (dataDir: string) => join(dataDir, 'longshore.db')
const key = (dataDir: string) => join(dataDir, 'keys', 'secret.key')
const without = (path: string) => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}

const lost: [what: string, spoil: (dataDir: string) => void, part: RegExp, cure: RegExp][] = [
  ['the database', (dir) => without(database(dir)), /longshore\.db is missing or empty/, /longshore restore/],
  [
    'what is in the database',
    (dir) => {
      without(database(dir))
      writeFileSync(database(dir), '')
    },
    /longshore\.db is missing or empty/,
    /longshore restore/,
  ],
  [
    'the database, with nothing but the key left',
    (dir) => {
      without(database(dir))
      rmSync(join(dir, 'objects'), { recursive: true })
    },
    /longshore\.db is missing or empty/,
    /--data-dir to begin anew/,
  ],
  ['the key', (dir) => rmSync(key(dir)), /keys\/secret\.key is missing/, /Put it back/],
  [
    'the key, for another one',
    (dir) => {
      chmodSync(key(dir), 0o600)
      writeFileSync(key(dir), Buffer.alloc(32, 7))
    },
    /keys\/secret\.key is not the key of this database/,
    /restore a whole backup/,
  ],
  [
    'half of the key',
    (dir) => {
      chmodSync(key(dir), 0o600)
      truncateSync(key(dir), 16)
    },
    /keys\/secret\.key is not the key of this database/,
    /Put that one back/,
  ],
  ['the objects', (dir) => rmSync(join(dir, 'objects'), { recursive: true }), /objects has no objects/, /mounted\? Bring the folder back/],
]
for (const [what, spoil, part, cure] of lost)
  test(`a start without ${what} is refused, names the part and the cure, and makes nothing new`, async () => {
    const { code, out, problem, dataDir } = await startBeside(spoil)
    assert.equal(code, 1)
    assert.equal(out, '')
    assert.match(problem, part)
    assert.match(problem, cure)
    assert.equal(problem.split('\n').length, 2)
    const again = await runCli(['credential', 'show'], { LONGSHORE_DATA_DIR: dataDir })
    assert.equal(again.code, 1)
    assert.match(again.problem, part)
    // What was lost is put back: everything is there.
    cpSync(whole.dataDir, dataDir, { recursive: true, force: true })
    assert.equal((await runCli(['credential', 'show'], { LONGSHORE_DATA_DIR: dataDir })).code, 0)
    removeDataDirectory(dataDir)
  })

test('what can be made again is: ballast, socket, lock, pid, certificates', async () => {
  const { code, problem, dataDir } = await startBeside((dir) => {
    for (const name of ['ballast', 'owner.db', 'owner.pid', 'control.sock', 'tls'])
      rmSync(join(dir, name), { recursive: true, force: true })
    writeFileSync(join(dir, 'ballast'), '-')
  })
  assert.equal(code, 0, problem)
  assert.ok(existsSync(join(dataDir, 'tls', 'ca.pem')))
  removeDataDirectory(dataDir)
})

test('the lock removed under a running server lets no second one in, and the first goes on', async () => {
  const server = await Server.start()
  const bytes = someBytes()
  await pushBlob(server, 'a', bytes)
  for (const name of ['owner.db', 'owner.db-journal', 'owner.pid']) rmSync(join(server.dataDir, name), { force: true })
  const second = spawnProgram(process.execPath, [program, 'serve'], onFreePorts(server.dataDir))
  assert.deepEqual(await second.ended, { code: 1, signal: null })
  assert.match(second.problem(), /is in use by process .*stop it, or choose another folder/)
  const usage = await runCli(['usage'], { LONGSHORE_DATA_DIR: server.dataDir })
  assert.equal(usage.code, 0, usage.problem)
  await pushBlob(server, 'a', someBytes())
  assert.ok((await send(server, 'GET', `/v2/a/blobs/${digestOf(bytes)}`)).body.equals(bytes))
  await server.stop()
})

const readable = (path: string): boolean => (statSync(path).mode & 0o077) !== 0

test('a folder that others may read is closed at each start, whatever the umask', async () => {
  const dataDir = makeDataDirectory()
  const start = async (says: string) => {
    const server = spawnProgram('/bin/sh', ['-c', `umask 0; exec "${process.execPath}" "${program}" serve`], onFreePorts(dataDir))
    await server.says(says)
    server.child.kill('SIGTERM')
    await server.ended
  }
  const openPaths = () =>
    readdirSync(dataDir, { recursive: true })
      .map((name) => join(dataDir, String(name)))
      .filter((path) => readable(path) && !/\/(?:ca\.pem|ca\.names|server\.pem|server\.names)$/.test(path))
  chmodSync(dataDir, 0o755)
  await start('docker push')
  assert.equal(statSync(dataDir).mode & 0o777, 0o700)
  assert.deepEqual(openPaths(), [])
  for (const name of ['longshore.db', 'owner.db', 'objects', 'keys', 'tls']) chmodSync(join(dataDir, name), 0o755)
  chmodSync(key(dataDir), 0o644)
  chmodSync(dataDir, 0o777)
  await start('is running at')
  assert.equal(statSync(dataDir).mode & 0o777, 0o700)
  assert.deepEqual(openPaths(), [])
  assert.equal(statSync(key(dataDir)).mode & 0o777, 0o400)
  removeDataDirectory(dataDir)
})

test('a folder with the things of others stays as open as it was; ours in it are closed', async () => {
  const dataDir = makeDataDirectory()
  chmodSync(dataDir, 0o755)
  mkdirSync(join(dataDir, 'of-others'))
  const { code, problem } = await runCli(['serve'], { ...onFreePorts(dataDir), LONGSHORE_LOG_LEVEL: 'silent' }, AbortSignal.abort())
  assert.equal(code, 0, problem)
  assert.equal(statSync(dataDir).mode & 0o777, 0o755)
  for (const name of ['longshore.db', 'objects', 'keys', 'tls']) assert.equal(readable(join(dataDir, name)), false, name)
  assert.ok(readFileSync(join(dataDir, 'tls', 'ca.pem')))
  removeDataDirectory(dataDir)
})
