// What a backup, a restore and a key ask the disk for, in which order, and what they leave: watched where Node asks it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import type { BackupManifest } from '#core/maintenance.ts'

const root = fs.mkdtempSync(join(tmpdir(), 'longshore-copies-'))
after(() => fs.rmSync(root, { recursive: true }))
const seen: string[] = []
const note = (what: string, path: unknown) => seen.push(`${what} ${relative(root, String(path))}`)

const { open, rename, rm, writeFile, link } = fsp
let noLinks: string | undefined
fsp.open = (async (...given: Parameters<typeof open>) => {
  const handle = await open(...given)
  const { sync } = handle
  handle.sync = async () => {
    await sync.call(handle)
    note('sync', given[0])
  }
  return handle
}) as typeof open
fsp.rename = async (from, to) => (note('name', to), rename(from, to))
fsp.rm = async (path, options) => (note('remove', path), rm(path, options))
fsp.writeFile = (async (...given: Parameters<typeof writeFile>) => {
  await writeFile(...given)
  if ((given[2] as { flush?: boolean }).flush) note('sync', given[0])
}) as typeof writeFile
fsp.link = async (from, to) => {
  if (noLinks) throw Object.assign(new Error('no link'), { code: noLinks })
  return link(from, to)
}
const { fsyncSync, renameSync } = fs
fs.fsyncSync = (descriptor) => (fsyncSync(descriptor), note('sync', fs.readlinkSync(`/proc/self/fd/${descriptor}`)))
fs.renameSync = (from, to) => (note('name', to), renameSync(from, to))
syncBuiltinESMExports()

const { backupFolders } = await import('#adapters/fs/backup-folders.ts')
const { dataDirectory } = await import('#adapters/fs/data-directory.ts')
const { linkOrCopy } = await import('#adapters/fs/copy-file.ts')
const { ownDataDirectory } = await import('#adapters/fs/ownership.ts')
const { isHalfRestored } = await import('#adapters/fs/restore-target.ts')
const { partsOf } = await import('#adapters/fs/parts.ts')
const { ensureBallast } = await import('#adapters/fs/ballast.ts')
const { makeFolders } = await import('#adapters/fs/make-folders.ts')
const { closeToOthers } = await import('#adapters/fs/private-folder.ts')
const { refreshProfile } = await import('#adapters/fs/az-profile.ts')
const { hashFile } = await import('#adapters/fs/hash-file.ts')
const { readKeyFile } = await import('#adapters/system/key-file.ts')
const { writeHostsBlock } = await import('#adapters/system/hosts-file.ts')
const { writeCaBundle } = await import('#adapters/system/ca-bundle.ts')
const { writeAuthority } = await import('#adapters/x509/authority-files.ts')

beforeEach(() => {
  seen.length = 0
  noLinks = undefined
})
const modeOf = (path: string) => fs.statSync(path).mode & 0o777
const put = (path: string, text: string, mode = 0o600) => {
  fs.mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
  fs.writeFileSync(path, text, { mode })
}

/** A data directory with two objects, a key and a certificate. */
function aDirectory(name: string) {
  const directory = dataDirectory(join(root, name))
  put(directory.database, 'facts')
  put(join(directory.objects, '0a/one'), 'bytes')
  put(join(directory.objects, '0b/two'), 'more bytes')
  put(directory.secretKey, 'key', 0o400)
  put(join(directory.tls, 'ca.pem'), 'CA', 0o644)
  return directory
}
const figures = { formatVersion: 1, schemaVersion: 2, objects: 2, bytes: 15 } as Omit<BackupManifest, 'files'>
async function backedUp(name: string) {
  const directory = aDirectory(name)
  const folders = backupFolders(directory)
  const to = join(root, `${name}.backup`)
  const writer = await folders.create(to)
  put(writer.factsPath, 'facts')
  assert.equal(await writer.addObject('0a/one', 5), 'linked')
  assert.equal(await writer.addObject('0b/two', 10), 'linked')
  return { directory, folders, to, writer }
}

test('a backup has its name when all of it is on the disk: key, certificates, facts, objects, and each folder', async () => {
  const { to, writer, folders } = await backedUp('whole')
  assert.deepEqual([await writer.addObject('0a/one', 4), await writer.addObject('0a/none', 4)], ['missing', 'missing'])
  assert.equal(fs.existsSync(to), false)
  seen.length = 0
  const manifest = await writer.finish(figures)
  const partial = (path: string) => `sync whole.backup.partial${path}`
  const files = [
    '/keys/secret.key',
    '/keys',
    '/tls/ca.pem',
    '/tls',
    '/backup.json',
    '/longshore.db',
    '/objects/0a',
    '/objects/0b',
    '/objects',
    '',
  ]
  assert.deepEqual(seen, [...files.map(partial), 'name whole.backup', 'sync '])
  assert.deepEqual(Object.keys(manifest.files), ['longshore.db', 'keys/secret.key', 'tls/ca.pem'])
  const modes = ['backup.json', 'keys/secret.key', 'keys', 'tls', 'tls/ca.pem', 'objects/0a'].map((path) => modeOf(join(to, path)))
  assert.deepEqual(modes, [0o600, 0o400, 0o700, 0o700, 0o644, 0o700])
  const reader = await folders.open(to)
  assert.deepEqual(await reader.damagedFiles(), [])
  assert.deepEqual([await reader.sizeOf('0a/one'), await reader.sizeOf('0a/none')], [5, undefined])
  assert.equal(await reader.digestOf('0a/one', 'sha256'), 'sha256:277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9')
  put(join(to, 'tls/ca.pem'), 'CB')
  fs.rmSync(join(to, 'keys/secret.key'))
  assert.deepEqual(await reader.damagedFiles(), ['keys/secret.key', 'tls/ca.pem'])
})

test('a backup takes an empty place, begins again where one was cut off, and takes nothing else away', async () => {
  const folders = backupFolders(aDirectory('place'))
  const to = join(root, 'place.backup')
  const taken = { reason: 'backup-target-not-empty' }
  put(join(to, 'x'), '')
  await assert.rejects(folders.create(to), taken)
  fs.rmSync(join(to, 'x'))
  fs.mkdirSync(join(to, 'lost+found'))
  await (await folders.create(to)).abandon()
  fs.rmSync(to, { recursive: true })
  put(to, 'a file')
  await assert.rejects(folders.create(to), taken)
  fs.rmSync(to)
  put(join(`${to}.partial`, 'longshore.db'), 'half')
  const again = await folders.create(to)
  assert.equal(fs.existsSync(again.factsPath), false)
  await again.abandon()
  assert.equal(fs.existsSync(`${to}.partial`), false)
  put(join(`${to}.partial`, 'mine'), '')
  await assert.rejects(folders.create(to), taken)
  assert.ok(fs.existsSync(join(`${to}.partial`, 'mine')))
})

test('what is no backup is not read', async () => {
  const { to, writer, folders } = await backedUp('read')
  await writer.finish(figures)
  const unreadable = { reason: 'backup-unreadable' }
  const path = join(to, 'backup.json')
  const text = fs.readFileSync(path, 'utf8')
  for (const broken of [
    '{',
    'null',
    '{}',
    text.replace('"objects": 2', '"objects": 2.5'),
    text.replace('"files"', '"fields"'),
    text.replace('longshore.db', 'x.db'),
  ]) {
    put(path, broken)
    await assert.rejects(folders.open(to), unreadable, broken)
  }
  put(path, text)
  await folders.open(to)
  fs.rmSync(join(to, 'longshore.db'))
  await assert.rejects(folders.open(to), unreadable)
  for (const none of [join(root, 'none'), path]) await assert.rejects(folders.open(none), unreadable)
})

test('a restore is marked from its first byte to its last, and its facts come when all else is on the disk', async () => {
  const { to, writer, folders } = await backedUp('source')
  await writer.finish(figures)
  const target = dataDirectory(join(root, 'target'))
  seen.length = 0
  const restore = await backupFolders(target).restoreTarget(to)
  assert.deepEqual([seen.splice(0), isHalfRestored(target)], [['sync target/restore.partial', 'sync target'], true])
  await restore.takeObject('0a/one')
  assert.deepEqual(seen.splice(0), ['sync target/objects/0a/one'])
  await restore.finish()
  const order = ['objects/0a', 'objects', 'keys/secret.key', 'keys', 'tls/ca.pem', 'tls', 'longshore.db.restoring'].map(
    (path) => `sync target/${path}`,
  )
  assert.deepEqual(seen, [...order, 'name target/longshore.db', 'sync target', 'remove target/restore.partial', 'sync target'])
  assert.equal(isHalfRestored(target), false)
  assert.deepEqual(
    [modeOf(target.database), modeOf(join(target.objects, '0a')), modeOf(join(target.objects, '0a/one'))],
    [0o600, 0o700, 0o600],
  )
  await assert.rejects(backupFolders(target).restoreTarget(to), {
    reason: 'server-must-stop',
    detail: { path: target.root, pid: process.pid },
  })
  restore.close()
  await assert.rejects(backupFolders(target).restoreTarget(to), { reason: 'restore-target-not-empty' })
  put(join(target.root, 'restore.partial'), '')
  ;(await backupFolders(target).restoreTarget(to)).close()
  assert.deepEqual(
    [fs.existsSync(join(target.objects, '0a')), fs.existsSync(target.secretKey), fs.existsSync(target.tls)],
    [false, false, false],
  )
  const foreign = dataDirectory(join(root, 'foreign'))
  put(join(foreign.root, 'mine'), '')
  await assert.rejects(backupFolders(foreign).restoreTarget(to), { reason: 'restore-target-not-empty' })
  assert.deepEqual(fs.readdirSync(foreign.root), ['mine'])
  const prepared = dataDirectory(join(root, 'prepared'))
  put(join(prepared.root, 'longshore.yaml'), '')
  ;(await folders.restoreTarget(to).catch(() => undefined))?.close()
  ;(await backupFolders(prepared).restoreTarget(to)).close()
})

test('a link where the disk has links, a copy that is on the disk where it has none', async () => {
  const from = join(root, 'from')
  put(from, 'bytes')
  let each = 0
  const next = () => join(root, `to-${each++}`)
  assert.equal(await linkOrCopy(from, next(), 0o600), 'linked')
  for (noLinks of ['EXDEV', 'EPERM', 'EMLINK', 'EACCES']) {
    seen.length = 0
    const to = next()
    assert.equal(await linkOrCopy(from, to, 0o640), 'copied')
    assert.deepEqual([modeOf(to), seen], [0o640, [`sync ${relative(root, to)}`]])
    await assert.rejects(linkOrCopy(from, to, 0o640), { code: 'EEXIST' })
  }
  noLinks = 'ENOSPC'
  await assert.rejects(linkOrCopy(from, next(), 0o600), { code: 'ENOSPC' })
})

test('a key, a hosts file, a bundle and an authority are on the disk before they have their names', () => {
  const folder = join(root, 'small')
  fs.mkdirSync(folder)
  const order = (work: () => void) => {
    seen.length = 0
    work()
    return seen.map((each) => each.replace(/longshore-\d+/, 'longshore-pid'))
  }
  assert.deepEqual(
    order(() => readKeyFile(join(folder, 'k'))),
    ['sync small/k.new', 'name small/k', 'sync small'],
  )
  const hosts = join(folder, 'hosts')
  assert.deepEqual(
    order(() => writeHostsBlock(hosts, 'me', ['a'])),
    ['sync small/hosts'],
  )
  assert.deepEqual(
    order(() => writeHostsBlock(hosts, 'me', ['b'])),
    ['sync small/hosts.longshore-pid', 'name small/hosts'],
  )
  put(join(folder, 'ca.pem'), 'CA')
  assert.deepEqual(
    order(() => writeCaBundle(folder)),
    ['sync small/bundle.pem.new', 'name small/bundle.pem'],
  )
  const files = ['ca.key', 'ca.names', 'ca.pem'].flatMap((name) => [`sync small/${name}.new`, `name small/${name}`])
  assert.deepEqual(
    order(() => writeAuthority(folder, { cert: 'c', key: 'k', names: [] })),
    files,
  )
})

test('a directory is one process’s, closed to others, and what is there of it is told', () => {
  const directory = dataDirectory(join(root, 'owned'))
  const owned = ownDataDirectory(directory)
  assert.deepEqual([directory.root, directory.objects, join(directory.secretKey, '..')].map(modeOf), [0o700, 0o700, 0o700])
  assert.equal(fs.readFileSync(join(directory.root, 'owner.pid'), 'utf8'), String(process.pid))
  assert.throws(() => ownDataDirectory(directory), { pid: process.pid, root: directory.root })
  owned.release()
  assert.equal(fs.existsSync(join(directory.root, 'owner.pid')), false)
  ownDataDirectory(directory).release()
  assert.deepEqual(partsOf(directory), { database: false, key: false, files: false })
  put(directory.database, '')
  put(join(directory.objects, 'stray'), 'x')
  fs.mkdirSync(join(directory.objects, '0a'))
  assert.deepEqual(partsOf(directory), { database: false, key: false, files: false })
  put(directory.database, 'x')
  put(directory.secretKey, 'x')
  put(join(directory.objects, '0a/one'), 'x')
  assert.deepEqual(partsOf(directory), { database: true, key: true, files: true })
  fs.rmSync(directory.objects, { recursive: true })
  assert.equal(partsOf(directory).files, false)
  for (const path of [directory.root, directory.secretKey, directory.database]) fs.chmodSync(path, 0o755)
  assert.deepEqual(closeToOthers(directory), [])
  assert.deepEqual([directory.root, directory.secretKey, directory.database].map(modeOf), [0o700, 0o500, 0o700])
  put(join(directory.root, 'mine'), '')
  for (const path of [directory.root, directory.database]) fs.chmodSync(path, 0o755)
  closeToOthers(directory)
  assert.deepEqual(
    [modeOf(directory.root), modeOf(directory.database)],
    [0o755, 0o700],
    'where other things lie the folder stays as it was',
  )
  const link = join(directory.root, 'ballast')
  fs.symlinkSync(join(directory.root, 'mine'), link)
  fs.chmodSync(join(directory.root, 'mine'), 0o644)
  closeToOthers(directory)
  assert.equal(modeOf(join(directory.root, 'mine')), 0o644, 'a link is not followed')
  const elsewhere = join(root, 'etc/secret.key')
  put(elsewhere, 'key', 0o440)
  fs.chmodSync(join(root, 'etc'), 0o755)
  closeToOthers({ ...directory, secretKey: elsewhere })
  assert.deepEqual([modeOf(join(root, 'etc')), modeOf(elsewhere)], [0o755, 0o440], 'a key elsewhere is the operator’s, with its folder')
})

test('folders are made with those above them; a file in the way is told; a ballast is made once', async () => {
  const deep = join(root, 'x/y/z')
  makeFolders(deep)
  makeFolders(deep)
  assert.deepEqual([modeOf(deep), modeOf(join(root, 'x'))], [0o700, 0o700])
  put(join(root, 'x/file'), '')
  assert.throws(() => makeFolders(join(root, 'x/file')), { code: 'EEXIST' })
  assert.throws(() => makeFolders(join(root, 'x/file/below')), { code: 'ENOTDIR' })
  assert.throws(() => makeFolders('/proc/longshore/below'), { code: 'ENOENT' })
  const ballast = join(deep, 'ballast')
  ensureBallast(ballast)
  if (fs.existsSync(ballast)) {
    const { size, ino } = fs.statSync(ballast)
    assert.ok(size > 0 && size <= 64 * 1024 * 1024)
    assert.deepEqual([modeOf(ballast), seen.at(-1)], [0o600, 'sync x/y/z/ballast'])
    ensureBallast(ballast)
    assert.equal(fs.statSync(ballast).ino, ino)
  }
  const profile = join(root, 'x/azure')
  const kept = join(profile, 'cloudEndpoints.json')
  for (const [text, current, stays] of [
    ['\uFEFF{"a":1}', true, true],
    ['{"a":1}', false, false],
    ['{', true, true],
  ] as const) {
    refreshProfile(profile, () => false)
    put(kept, text)
    let told: unknown
    refreshProfile(profile, (value) => ((told = value), current))
    assert.deepEqual([fs.existsSync(kept), told], [stays, text === '{' ? undefined : { a: 1 }])
  }
  put(join(root, 'x/hashed'), 'abcdef')
  const descriptor = fs.openSync(join(root, 'x/hashed'), 'r')
  const sha256 = (text: string) => import('node:crypto').then(({ createHash }) => createHash('sha256').update(text).digest('hex'))
  assert.equal(await hashFile(descriptor, 4, 'sha256'), await sha256('abcd'))
  assert.equal(await hashFile(descriptor, 4, 'sha256', 2), await sha256('cd'))
  assert.equal(await hashFile(descriptor, 9, 'sha256'), await sha256('abcdef'))
  fs.closeSync(descriptor)
})
