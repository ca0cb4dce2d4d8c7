import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { connect } from 'node:tls'
import { patchChunk } from '../conformance/client.ts'
import type { RepositoryName } from '#core/reference.ts'
import { runCli } from '../world/cli-run.ts'
import { digestOf, pushBlob, pushImage, someBytes, startUpload } from '../world/content.ts'
import { planeOver } from '../world/plane.ts'
import { send } from '../world/send.ts'
import { type Flags, Server } from '../world/server.ts'

const year = 365 * 24 * 60 * 60 * 1000
const trueNow = Date.now
const setClock = (offset: number) => (Date.now = () => trueNow() + offset)
const servers: Server[] = []
afterEach(async () => {
  setClock(0)
  for (const server of servers.splice(0)) await server.stop()
})
const start = async (flags: Flags): Promise<Server> => {
  // The clock that is set here is this thread's: it must be the one that serves.
  const server = await Server.start({ servers: '1', ...flags })
  servers.push(server)
  return server
}
const restartAt = async (server: Server, offset: number): Promise<void> => {
  await server.down()
  setClock(offset)
  await server.up()
}
const authorityOf = (server: Server): string => readFileSync(server.started.caPath ?? '', 'utf8')

/** What a client with a right clock says of the certificate; OpenSSL has a clock of its own. */
const shake = (server: Server, ca = authorityOf(server)): Promise<'good' | string> =>
  new Promise((resolve) => {
    const { host, port } = server.started.https ?? { host: '', port: 0 }
    const socket = connect({ host, port, ca, servername: 'localhost' }, () => {
      resolve('good')
      socket.destroy()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })

test('a leaf that was made by a clock three years ahead is made again; the authority stays', async () => {
  const server = await start({ https: '127.0.0.1:0' })
  const ca = authorityOf(server)
  await restartAt(server, 3 * year)
  assert.equal(await shake(server), 'CERT_NOT_YET_VALID')
  await restartAt(server, 0)
  assert.equal(await shake(server), 'good')
  assert.equal(authorityOf(server), ca)
})

for (const [when, offset] of [
  ['two years ahead', 2 * year],
  ['in 1990', -36 * year],
] as const)
  test(`an authority of a first start ${when} is made anew when the clock is right, and both start again where they belong`, async () => {
    setClock(offset)
    const server = await start({ https: '127.0.0.1:0' })
    const wrong = authorityOf(server)
    await restartAt(server, 0)
    assert.notEqual(authorityOf(server), wrong)
    assert.equal(await shake(server), 'good')
    const right = authorityOf(server)
    await restartAt(server, offset)
    await restartAt(server, 0)
    assert.equal(authorityOf(server), right, 'clients that trusted it need not trust another')
    assert.equal(await shake(server), 'good')
  })

test('an authority whose key is lost or spoilt is made anew, not failed over', async () => {
  const server = await start({ https: '127.0.0.1:0' })
  const ca = authorityOf(server)
  await server.down()
  const { rmSync } = await import('node:fs')
  rmSync(join(server.dataDir, 'tls', 'ca.key'))
  await server.up()
  assert.notEqual(authorityOf(server), ca)
  assert.equal(new X509Certificate(authorityOf(server)).ca, true)
  assert.equal(await shake(server), 'good')
})

const collecting: Flags = { gcInterval: '50ms', gcLease: '1h', gcDelay: '1h', uploadLife: '2h' }
const gc = (server: Server) => runCli(['gc', '--output', 'json'], { LONGSHORE_DATA_DIR: server.dataDir })

for (const [way, offset] of [
  ['ahead', 3 * year],
  ['back', -3 * year],
] as const)
  test(`a clock that jumps ${way} over a restart ends no lease and no upload, and collection rests`, async () => {
    const server = await start(collecting)
    const bytes = someBytes(50_000)
    await pushBlob(server, 'leased', bytes)
    const session = await patchChunk(server, await startUpload(server, 'up'), bytes.subarray(0, 20_000), 0)
    assert.equal(session.status, 202)
    for (const at of [offset, offset, 0]) {
      await restartAt(server, at)
      assert.match((await gc(server)).problem, /collection rests for one lease/)
      await new Promise((resolve) => setTimeout(resolve, 200))
      assert.equal((await send(server, 'HEAD', `/v2/leased/blobs/${digestOf(bytes)}`)).status, 200)
      assert.equal((await send(server, 'GET', session.headers.location as string)).status, 204)
    }
  })

test('without a jump a restart lets collection go on at once', async () => {
  const server = await start(collecting)
  await pushImage(server, 'a', 'v1')
  await restartAt(server, 0)
  const { code, problem } = await gc(server)
  assert.equal(code, 0, problem)
})

test('what was held, condemned or begun in a future that was none is not so for years', async () => {
  setClock(3 * year)
  const server = await start({ ...collecting, gcLease: '1s', gcDelay: '1s', gcInterval: '20ms' })
  const { owner } = server.started.unshownPasswords ?? {}
  const bytes = someBytes(50_000)
  await pushBlob(server, 'a', bytes)
  await send(server, 'DELETE', `/v2/a/blobs/${digestOf(bytes)}`)
  const later = someBytes(50_000)
  await pushBlob(server, 'a', later)
  await restartAt(server, 0)
  const path = (digest: string) => `/v2/a/blobs/${digest}`
  const objects = () => server.change(async ({ blobs }) => (await Array.fromAsync(blobs.keys())).length)
  let left = await objects()
  for (const end = trueNow() + 20_000; left > 0 && trueNow() < end; left = await objects())
    await new Promise((resolve) => setTimeout(resolve, 1500))
  assert.equal(left, 0)
  assert.equal((await send(server, 'HEAD', path(digestOf(later)))).status, 404)
  // Its password began to be good in that future.
  const plane = await planeOver(server, { name: owner?.login ?? '', password: owner?.password ?? '' })
  assert.ok(plane.subscription)
})

test('what happened, and what a tag stood for, is not taken away by a clock that is years ahead', async () => {
  const server = await start({})
  for (const tag of ['v1', 'v1']) await pushImage(server, 'a', tag)
  const kept = async (offset: number) => {
    await restartAt(server, offset)
    // The job that takes history away asks for itself again when it has ended.
    const hasEnded = async () => {
      const { out } = await runCli(['jobs', '--output', 'json'], { LONGSHORE_DATA_DIR: server.dataDir })
      return (JSON.parse(out) as { nextTry: string | null }[]).every(({ nextTry }) => Date.parse(nextTry ?? '') > Date.now() + 60_000)
    }
    while (!(await hasEnded())) await new Promise((resolve) => setTimeout(resolve, 50))
    return server.change(async ({ store }, registry) => ({
      periods: (await store.tagHistory(registry.id, 'a' as RepositoryName, { limit: 10 })).length,
      pushes: (await store.events({ registryId: registry.id, after: '', limit: 100 })).filter(({ kind }) => kind === 'manifest.pushed')
        .length,
    }))
  }
  for (const offset of [3 * year, 0]) assert.deepEqual(await kept(offset), { periods: 2, pushes: 2 })
})

test('what a tag stood for until years ahead has been over since the clock was set back', async () => {
  setClock(3 * year)
  const server = await start(collecting)
  for (const tag of ['v1', 'v1']) await pushImage(server, 'a', tag)
  await restartAt(server, 0)
  await gc(server)
  const periods = await server.change(({ store }, registry) => store.tagHistory(registry.id, 'a' as RepositoryName, { limit: 10 }))
  assert.deepEqual(
    periods.flatMap(({ from, until }) => [from, until ?? 0]).filter((each) => each > trueNow()),
    [],
  )
})
