import assert from 'node:assert/strict'
import { chmodSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import type { BackedUp, Restored, Scrubbed, UsageReport } from '#core/maintenance.ts'
import { runCli } from '../world/cli-run.ts'
import { type Image, makeImage, pushBlob, pushImage, someBytes, startUpload } from '../world/content.ts'
import { digestOf } from '../world/content.ts'
import { send } from '../world/send.ts'
import { makeDataDirectory, removeDataDirectory, Server } from '../world/server.ts'

let server: Server
before(async () => {
  // A lease that outlives a push on a busy machine: what a push was told is there must be there when its manifest comes.
  server = await Server.start({ https: '127.0.0.1:0', sparse: 'index', gcInterval: '20ms', gcLease: '2s', gcDelay: '0ms' })
})
after(() => server.stop())

const beside = (name: string): string => join(server.dataDir, '..', name)
const parsed = <Shape>({ code, out, problem }: { code: number; out: string; problem: string }): Shape => {
  assert.equal(code, 0, problem)
  return JSON.parse(out) as Shape
}
const backUp = (to: string) => runCli(['backup', to, '--output', 'json', '--data-dir', server.dataDir])
const restore = (from: string, dataDir: string, ...words: string[]) =>
  runCli(['restore', from, '--output', 'json', '--data-dir', dataDir, ...words])

/** An empty data folder. */
function freshFolder(): string {
  const dataDir = makeDataDirectory()
  rmSync(join(dataDir, 'ballast'))
  return dataDir
}

async function pullAll(from: Server, repository: string, image: Image): Promise<void> {
  const manifest = await send(from, 'GET', `/v2/${repository}/manifests/${image.digest}`)
  assert.equal(manifest.status, 200)
  assert.deepEqual(manifest.body, image.manifest)
  for (const blob of [image.config, ...image.layers]) {
    const answer = await send(from, 'GET', `/v2/${repository}/blobs/${digestOf(blob)}`)
    assert.equal(answer.status, 200, `${repository} ${digestOf(blob)} of ${blob.length} bytes: ${answer.body}`)
    assert.deepEqual(answer.body, blob)
  }
}

/** A server on a restored folder; its admin user is the one of the backup. */
async function startOn(dataDir: string): Promise<Server> {
  const restored = await Server.start({ dataDir })
  Object.assign(restored, { user: server.user, password: server.password })
  return restored
}

test('a backup that is made while images come and go restores to a registry that serves all it has', async () => {
  const before: Image[] = []
  for (let index = 0; index < 5; index++)
    before.push(await pushImage(server, 'team/before', `v${index}`, makeImage({}, [2000, 200_000, 3_000_000])))
  await startUpload(server, 'team/open')
  let busy = true
  const during: Image[] = []
  const pushing = Promise.all(
    ['one', 'two', 'three'].map(async (name) => {
      for (let index = 0; busy; index++) {
        during.push(await pushImage(server, `team/${name}`, `v${index}`, makeImage({}, [1000, 20_000])))
        if (index % 3 === 2) await send(server, 'DELETE', `/v2/team/${name}/manifests/v${index - 1}`)
        await pushBlob(server, `team/${name}`, someBytes(100))
      }
    }),
  )
  await new Promise((resolve) => setTimeout(resolve, 300))
  const to = beside('while-busy')
  const made = parsed<BackedUp>(await backUp(to))
  busy = false
  await pushing
  assert.deepEqual([made.missing, made.path, made.copied], [[], to, 0])
  assert.ok(made.linked >= 10)
  assert.equal(statSync(to).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(to).sort(), ['backup.json', 'keys', 'longshore.db', 'objects', 'tls'])

  const dataDir = freshFolder()
  const restored = parsed<Restored>(await restore(to, dataDir, '--verify'))
  assert.deepEqual([restored.objects, restored.bytes, restored.tags], [made.objects, made.bytes, made.tags])
  assert.equal(statSync(join(dataDir, 'keys', 'secret.key')).mode & 0o777, 0o400)
  const scrubbed = parsed<Scrubbed>(await runCli(['scrub', '--output', 'json', '--data-dir', dataDir]))
  // Small blobs lie in the database, not in files.
  assert.ok(scrubbed.objects > made.objects)
  assert.deepEqual([scrubbed.bad, scrubbed.strangers], [[], []])
  const usage = parsed<UsageReport>(await runCli(['usage', '--output', 'json', '--data-dir', dataDir]))
  assert.deepEqual([usage.reserved, usage.uploads, usage.manifests], [0, 0, made.manifests])

  const again = await startOn(dataDir)
  for (const image of before) await pullAll(again, 'team/before', image)
  // Whatever manifest the copy has, its blobs are there too.
  for (const name of ['one', 'two', 'three']) {
    const tags = await send(again, 'GET', `/v2/team/${name}/tags/list`)
    if (tags.status === 404) continue
    for (const tag of JSON.parse(tags.body.toString()).tags as string[]) {
      const digest = digestOf((await send(again, 'GET', `/v2/team/${name}/manifests/${tag}`)).body)
      const image = during.find((each) => each.digest === digest)
      assert.ok(image)
      await pullAll(again, `team/${name}`, image)
    }
  }
  await again.stop()
})

test('a backup of a stopped server restores the same, and is not changed by what the restored one does', async () => {
  await server.down()
  const made = parsed<BackedUp>(await backUp(beside('stopped')))
  await server.up()
  assert.ok(made.objects > 0)
  const dataDir = freshFolder()
  writeFileSync(join(dataDir, 'longshore.yaml'), 'sparse: off\n')
  parsed(await restore(beside('stopped'), dataDir))
  const objects = globSync(join(dataDir, 'objects', '*', '*'))
  assert.equal(objects.length, made.objects)
  for (const object of objects) assert.equal(statSync(object).nlink, 1)
  removeDataDirectory(dataDir)
})

test('a backup into an empty folder works, into one that has something is refused and changes nothing', async () => {
  mkdirSync(beside('empty'))
  parsed(await backUp(beside('empty')))
  const { code, problem } = await backUp(beside('empty'))
  assert.equal(code, 1)
  assert.equal(problem, `longshore: ${beside('empty')} is not empty: name a folder that is empty or absent\n`)
  mkdirSync(beside('other.partial'))
  writeFileSync(join(beside('other.partial'), 'letters'), 'mine')
  assert.match((await backUp(beside('other'))).problem, /other\.partial is not empty/)
  assert.equal(readFileSync(join(beside('other.partial'), 'letters'), 'utf8'), 'mine')
})

test('a folder that may not be written is told in one line, by a running and by a stopped server', async () => {
  const to = join(server.dataDir, 'ballast', 'below')
  const line = new RegExp(`^longshore: ${server.dataDir}/ballast\\S* is not what it must be \\(ENOTDIR\\)[^\n]*\n$`)
  assert.match((await backUp(to)).problem, line)
  await server.down()
  assert.match((await backUp(to)).problem, line)
  await server.up()
})

test('what an interrupted backup left is cleared by the next one', async () => {
  const partial = beside('twice.partial')
  mkdirSync(join(partial, 'objects', '00'), { recursive: true })
  writeFileSync(join(partial, 'objects', '00', 'half'), '')
  parsed(await backUp(beside('twice')))
  assert.equal(existsSync(partial), false)
  assert.equal(existsSync(join(beside('twice'), 'objects', '00', 'half')), false)
})

test('a backup that is interrupted leaves nothing and collection goes on', async () => {
  const interruption = new AbortController()
  const running = runCli(['backup', beside('never'), '--data-dir', server.dataDir], {}, interruption.signal)
  while (!existsSync(beside('never.partial'))) await new Promise((resolve) => setTimeout(resolve, 1))
  interruption.abort()
  const { code, problem } = await running
  assert.equal(code, 1)
  assert.match(problem, /interrupted/)
  for (let tries = 0; existsSync(beside('never.partial')) && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual([existsSync(beside('never')), existsSync(beside('never.partial'))], [false, false])
  assert.equal((await runCli(['gc', '--data-dir', server.dataDir])).code, 0)
})

test('an object that is missing is named, and the rest of the backup restores', async () => {
  const image = await pushImage(server, 'team/hurt', 'v1', makeImage({}, [43_210]))
  const layer = globSync(join(server.dataDir, 'objects', '*', '*')).find((path) => statSync(path).size === 43_210) ?? ''
  const bytes = readFileSync(layer)
  rmSync(layer)
  const { code, out } = await backUp(beside('hurt'))
  assert.equal(code, 1)
  assert.deepEqual((JSON.parse(out) as BackedUp).missing, [digestOf(image.layers[0] ?? '')])
  writeFileSync(layer, bytes)
  const dataDir = freshFolder()
  parsed(await restore(beside('hurt'), dataDir, '--verify'))
  const restored = await startOn(dataDir)
  assert.equal((await send(restored, 'GET', '/v2/team/hurt/manifests/v1')).status, 200)
  assert.equal((await send(restored, 'GET', `/v2/team/hurt/blobs/${digestOf(image.layers[0] ?? '')}`)).status, 404)
  await pushImage(restored, 'team/hurt', 'v1', image)
  await pullAll(restored, 'team/hurt', image)
  await restored.stop()
})

test('restore refuses what is no backup, newer, damaged, or aims at a folder in use', async () => {
  const from = beside('stopped')
  const refused = async (line: RegExp, backup: string, dataDir: string, ...words: string[]) => {
    const { code, problem } = await restore(backup, dataDir, ...words)
    assert.match(problem, line)
    assert.equal(problem.split('\n').length, 2)
    assert.equal(code, 1)
  }
  const dataDir = freshFolder()
  await refused(/is no backup/, beside('nowhere'), dataDir)
  await refused(/is no backup/, server.dataDir, dataDir)
  await refused(new RegExp(`is in use by process ${process.pid}: stop the server first`), from, server.dataDir)
  const manifest = join(from, 'backup.json')
  const text = readFileSync(manifest, 'utf8')
  for (const [key, line] of [
    ['formatVersion', /its format version is 99, this program reads up to 1/],
    ['schemaVersion', /its schema version is 99/],
  ] as const) {
    writeFileSync(manifest, JSON.stringify({ ...JSON.parse(text), [key]: 99 }))
    await refused(line, from, dataDir)
  }
  writeFileSync(manifest, '{')
  await refused(/is no backup/, from, dataDir)
  writeFileSync(manifest, text)
  const [object = ''] = globSync(join(from, 'objects', '*', '*'))
  const bytes = readFileSync(object)
  rmSync(object)
  await refused(/1 of its parts is missing or wrong, the first is sha256:/, from, dataDir)
  writeFileSync(object, Buffer.from(bytes).fill(bytes[0] === 1 ? 2 : 1, 0, 1))
  await refused(/1 of its parts is missing or wrong/, from, dataDir, '--verify')
  writeFileSync(object, bytes)
  // Beside the objects each file is known by its sum: one byte of any is enough, and so is its absence.
  for (const name of ['longshore.db', 'keys/secret.key', 'tls/ca.pem']) {
    const path = join(from, name)
    const whole = readFileSync(path)
    const hurt = Buffer.from(whole)
    hurt[hurt.length - 3] = (hurt[hurt.length - 3] ?? 0) ^ 1
    chmodSync(path, 0o600)
    writeFileSync(path, hurt)
    await refused(new RegExp(`1 of its parts is missing or wrong, the first is ${name};`), from, dataDir)
    rmSync(path)
    if (name !== 'longshore.db') await refused(new RegExp(`the first is ${name};`), from, dataDir)
    writeFileSync(path, whole, { mode: 0o600 })
  }
  assert.equal(existsSync(join(dataDir, 'longshore.db')), false)
  parsed(await restore(from, dataDir))
  await refused(/is not empty: restore into/, from, dataDir)
  removeDataDirectory(dataDir)
})

test('a folder that the system does not make is refused; the server is as free as before, and stops', {
  skip: process.platform !== 'linux',
}, async () => {
  const other = await Server.start()
  // Below /proc a folder cannot be made, and the answer is that of a parent that is not there.
  const { code, problem } = await runCli(['backup', '/proc/longshore-backup', '--data-dir', other.dataDir])
  assert.equal(code, 1)
  assert.match(problem, /^longshore: \/proc\/longshore-backup\S* cannot be made or written/)
  assert.equal((await runCli(['gc', '--data-dir', other.dataDir])).code, 0)
  await other.stop()
  const served = await runCli(['serve', '--data-dir', '/proc/longshore'])
  assert.equal(served.code, 1)
  assert.match(served.problem, /^longshore: \/proc\/longshore cannot be made or written/)
})

test('a folder whose restore broke off is not served, and the next restore begins it again', async () => {
  const dataDir = freshFolder()
  writeFileSync(join(dataDir, 'restore.partial'), '')
  mkdirSync(join(dataDir, 'objects', '00'), { recursive: true })
  writeFileSync(join(dataDir, 'objects', '00', 'half'), '')
  const { code, problem } = await runCli(['serve'], { LONGSHORE_DATA_DIR: dataDir, LONGSHORE_HTTP: '127.0.0.1:0', LONGSHORE_HTTPS: 'off' })
  assert.equal(code, 1)
  assert.match(problem, /^longshore: a restore into \S+ did not come to its end: run "longshore restore" again\n$/)
  parsed(await restore(beside('stopped'), dataDir))
  assert.equal(
    globSync(join(dataDir, 'objects', '*', '*')).some((path) => basename(path) === 'half'),
    false,
  )
  removeDataDirectory(dataDir)
})
