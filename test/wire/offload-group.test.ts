import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { shareWithFront } from '#main/offload.ts'
import { pushBlob, someBytes } from '../world/content.ts'
import { Server } from '../world/server.ts'

const group = 4711
const flags = { trustedProxies: '127.0.0.1', blobOffload: 'nginx:/objects/', blobOffloadGroup: String(group) }
// Another user can only be tried by who may become one.
const skip = process.getuid?.() !== 0 || spawnSync('setpriv', ['--version']).status !== 0 ? 'needs root and setpriv' : false

let server: Server
before(async () => {
  process.umask(0o077)
  server = await Server.start({ smallBlob: '0' })
  chmodSync(dirname(server.dataDir), 0o711)
})
after(() => server.stop())

function as(gid: number, ...command: string[]): number | null {
  const ids = ['--reuid', '4712', '--regid', String(gid), '--clear-groups']
  return spawnSync('setpriv', [...ids, ...command], { stdio: 'ignore' }).status
}
const reads = (gid: number, path: string): boolean => as(gid, 'cat', path) === 0

function fileOf(bytes: Buffer): string {
  const found = globSync('objects/*/*', { cwd: server.dataDir })
    .map((name) => join(server.dataDir, name))
    .find((path) => readFileSync(path).equals(bytes))
  assert.ok(found)
  return found
}

async function push(): Promise<string> {
  const bytes = someBytes(5000)
  await pushBlob(server, 'a', bytes)
  return fileOf(bytes)
}

const restart = (more: Record<string, string>) => server.change(async () => {}, more)
const paths = () => globSync('**', { cwd: server.dataDir }).map((name) => join(server.dataDir, name))

test('one group reads the bytes of blobs, those from before as well, and nothing else of the folder; nobody else reads any', {
  skip,
}, async () => {
  const early = await push()
  assert.equal(reads(group, early), false)
  writeFileSync(join(server.dataDir, 'first-passwords'), 'secret', { mode: 0o644 })
  await restart(flags)
  const late = await push()
  for (const file of [early, late]) {
    assert.equal(reads(group, file), true, file)
    assert.equal(reads(4713, file), false, file)
    assert.notEqual(as(group, 'sh', '-c', `: >> ${file}`), 0)
    assert.equal(statSync(file).mode & 0o7777, 0o640)
  }
  const folders = [server.dataDir, join(server.dataDir, 'objects'), dirname(late)]
  for (const folder of folders) {
    assert.notEqual(as(group, 'ls', folder), 0, folder)
    assert.notEqual(as(group, 'touch', join(folder, 'x')), 0, folder)
  }
  for (const name of ['longshore.db', 'owner.db', 'ballast', 'keys', 'tls', 'control.sock', 'first-passwords'])
    assert.ok(existsSync(join(server.dataDir, name)) || name === 'tls', name)
  const others = paths().filter((path) => statSync(path).isFile() && !path.startsWith(join(server.dataDir, 'objects/')))
  assert.ok(others.length >= 6)
  assert.deepEqual(
    others.filter((path) => reads(group, path)),
    [],
  )
  const connect = `require('net').connect(${JSON.stringify(join(server.dataDir, 'control.sock'))}).on('error', () => process.exit(1)).on('connect', () => process.exit(0))`
  assert.equal(as(group, process.execPath, '-e', connect), 1)
})

test('without the setting the folder is closed again; with it once more, all is there that came meanwhile', { skip }, async () => {
  const [before] = [await push()]
  await restart({ blobOffloadGroup: '' })
  const meanwhile = await push()
  for (const path of [server.dataDir, join(server.dataDir, 'objects'), dirname(before)])
    assert.equal(statSync(path).mode & 0o7777, 0o700, path)
  for (const file of [before, meanwhile]) assert.equal(reads(group, file), false)
  await restart({ blobOffloadGroup: String(group) })
  for (const file of [before, meanwhile, await push()]) assert.equal(reads(group, file), true, file)
})

test('a group that is not there is refused by its name', async () => {
  const other = Server.start({ ...flags, blobOffloadGroup: 'no-such-group-here' })
  await assert.rejects(other, /group-unknown.*LONGSHORE_BLOB_OFFLOAD_GROUP.*no-such-group-here/)
})

test('an nginx without a group is told of at the start; who has neither hears nothing', async () => {
  const { dataDir } = server
  const told = (blobOffload: Parameters<typeof shareWithFront>[0]['blobOffload']) => {
    const warnings: unknown[] = []
    shareWithFront({ dataDir, blobOffload, blobOffloadGroup: '' }, (detail) => warnings.push(detail))
    return warnings
  }
  assert.deepEqual(told('off'), [])
  assert.deepEqual(told({ prefix: '/objects/' }), [{ path: join(dataDir, 'objects') }])
})
