import { putRegistry } from '#ports/metadata-scene.contract.ts'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server as PlainServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import type { SpeedReport } from '#client/speed.ts'
import { runCli } from '../world/cli-run.ts'
import { json, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

const measured = async (words: string[], env: Record<string, string>, input = ''): Promise<SpeedReport> => {
  const { code, out, problem } = await runCli(['speed', '--output', 'json', ...words], env, undefined, { input: async () => input })
  assert.equal(code, 0, problem)
  return JSON.parse(out) as SpeedReport
}

describe('a registry of ours', () => {
  let server: Server
  let env: Record<string, string>
  before(async () => {
    server = await Server.start({ https: '127.0.0.1:0' })
    env = { LONGSHORE_DATA_DIR: server.dataDir }
  })
  after(() => server.stop())
  const repositories = async () => json<{ repositories: string[] | null }>(await send(server, 'GET', '/v2/_catalog')).repositories ?? []
  const leavesNothing = async () => {
    assert.deepEqual(await repositories(), [])
    const { repositories: count, blobs } = JSON.parse((await runCli(['usage', '--output', 'json'], env)).out)
    assert.equal(count, 0)
    assert.equal(blobs, 0)
  }

  test('both rates and the latency, over HTTPS, as the admin user; nothing stays', async () => {
    const report = await measured(['--size', '3MiB', '--connections', '3'], env)
    assert.equal(report.registry, `https://localhost:${server.started.https?.port}`)
    for (const direction of ['upload', 'download'] as const) {
      const { bytes, seconds, bytesPerSecond } = report[direction]
      assert.equal(bytes, 3 * 1024 ** 2)
      assert.ok(Math.abs(bytesPerSecond - bytes / seconds) <= bytesPerSecond / 10 + bytes / 1000, `${bytesPerSecond} ${seconds}`)
    }
    const { fastest, median, slowest, requests } = report.latency
    assert.ok(0 < fastest && fastest <= median && median <= slowest && requests === 20)
    assert.equal(report.download.from, `localhost:${server.started.https?.port}`)
    assert.deepEqual(report.left, [])
    await leavesNothing()
  })

  test('a registry that is full is not told as a login that is refused', async () => {
    assert.equal((await runCli(['registry', 'update', '--storage-limit', '0'], env)).code, 0)
    try {
      const { code, problem } = await runCli(['speed', '--size', '1KiB'], env)
      assert.equal(code, 1)
      assert.match(problem, /answers 503 to POST \S+: it is busy, full or not well\./)
    } finally {
      await runCli(['registry', 'update', '--storage-limit', 'none'], env)
    }
  })

  test('for people, with units', async () => {
    const { out } = await runCli(['speed', '--size', '100KiB', '--connections', '1'], env)
    assert.match(out, /^Registry +https:\/\/localhost:\d+\nConnections +1\n/)
    assert.match(out, /^Latency +[\d.]+ ms, the median of 20 requests \([\d.]+ to [\d.]+ ms\)$/m)
    assert.match(out, /^Upload +[\d.]+ [KMG]iB\/s \([\d.]+ Mbit\/s\): 100 KiB in \d+\.\d\d s$/m)
    assert.match(out, /^Download +[\d.]+ [KMG]iB\/s \([\d.]+ Mbit\/s\): 100 KiB in \d+\.\d\d s$/m)
    const french = await runCli(['speed', '--size', '100KiB', '--connections', '1'], { ...env, LANG: 'fr_FR.UTF-8' })
    assert.match(french.out, /^Envoi +\d+(?:,\d)? [KMG]io\/s \(\d+(?:,\d)? Mbit\/s\) : 100 Kio en \d+,\d\d s$/m)
  })

  test('by its address: with a name and a password, or as docker is logged in', async () => {
    const small = ['--size', '64KiB', '--connections', '2']
    const given = ['--user', server.user, '--password-stdin']
    assert.equal((await measured([server.origin, ...small, ...given], {}, `${server.password}\n`)).upload.bytes, 64 * 1024)
    const home = mkdtempSync(join(tmpdir(), 'longshore-speed-'))
    const auth = Buffer.from(`${server.user}:${server.password}`).toString('base64')
    mkdirSync(join(home, '.docker'))
    writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths: { [new URL(server.origin).host]: { auth } } }))
    assert.equal((await measured([server.origin, ...small], { HOME: home })).download.bytes, 64 * 1024)
    rmSync(home, { recursive: true })
    await leavesNothing()
  })

  test('where the registry sends blobs elsewhere, it says from where they came', async () => {
    const other = await Server.start()
    await other.change(({ store }) => putRegistry(store, 'local', { dataLocation: 'westeurope' }))
    const { code, out, problem } = await runCli(['speed', '--output', 'json', '--size', '64KiB'], { LONGSHORE_DATA_DIR: other.dataDir })
    // Not every machine finds names below localhost: there the way to them is told.
    if (code === 0) assert.match((JSON.parse(out) as SpeedReport).download.from, /^local\.westeurope\.data\.longshore\.localhost:/)
    else
      assert.match(
        problem,
        /^longshore: http:\/\/local\.westeurope\.data\.longshore\.localhost:\d+ cannot be reached \(ENOTFOUND\): "longshore doctor"/,
      )
    const usage = JSON.parse((await runCli(['usage', '--output', 'json'], { LONGSHORE_DATA_DIR: other.dataDir })).out) as { blobs: number }
    assert.equal(usage.blobs, 0)
    await other.stop()
  })

  test('who may not push is told so; nothing is left', async () => {
    const { code, problem } = await runCli(['speed', server.origin, '--size', '64KiB'], {})
    assert.equal(code, 1)
    assert.match(problem, /^longshore: http:\/\/127\.0\.0\.1:\d+ answers 401 to /)
    const wrong = await runCli(['speed', server.origin, '--user', 'local', '--password-stdin'], {}, undefined, {
      input: async () => 'wrong',
    })
    assert.match(wrong.problem, /answers 401 to /)
    await leavesNothing()
  })

  test('a registry that cannot be reached leads to doctor', async () => {
    const { code, problem } = await runCli(['speed', 'http://127.0.0.1:1'], {})
    assert.equal(code, 1)
    assert.match(problem, /http:\/\/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\): "longshore doctor"/)
    assert.match(
      (await runCli(['speed', 'http://registry.invalid'], {})).problem,
      /registry\.invalid cannot be reached \((?:ENOTFOUND|EAI_AGAIN)\)/,
    )
  })

  test('limits are told', async () => {
    for (const [words, says] of [
      [['--connections', '33'], /a whole number from 1 to 32/],
      [['--seconds', '0'], /a whole number from 1 to 600/],
      [['--size', 'big'], /a number of bytes/],
    ] as const) {
      const { code, problem } = await runCli(['speed', ...words], env)
      assert.equal(code, 2)
      assert.match(problem, says)
    }
  })
})

describe('a registry of somebody else', () => {
  let server: PlainServer
  let origin = ''
  let asked: string[] = []
  let onPatch = () => {}
  const wants = `Basic ${Buffer.from('u:p').toString('base64')}`
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '' } = request
    asked.push(`${method} ${url.replace(/sha256:[0-9a-f]+/, 'D').replace(/sha256%3A[0-9a-f]+/, 'D')}`)
    if (request.headers.authorization !== wants) return response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end()
    if (method === 'POST') return response.writeHead(202, { Location: `${origin}/up/1?state=a` }).end()
    if (method === 'PATCH') {
      onPatch()
      for await (const _ of request);
      return response.writeHead(202, { Location: '/up/1?state=b' }).end()
    }
    if (method === 'PUT') return response.writeHead(201).end()
    if (method === 'DELETE') return response.writeHead(405).end()
    if (url === '/v2/') return response.writeHead(200).end()
    // Bytes without an end.
    response.writeHead(200)
    const piece = Buffer.alloc(64 * 1024)
    const more = () => {
      while (!response.destroyed && response.write(piece));
    }
    response.on('drain', more)
    more()
    return response
  }
  before(async () => {
    server = createServer((request, response) => void answer(request, response).catch(() => response.destroy())).listen(0, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => {
    server.close()
    server.closeAllConnections()
  })
  beforeEach(() => (asked = []))
  afterEach(() => (onPatch = () => {}))
  const words = ['--user', 'u', '--password-stdin', '--connections', '1', '--seconds', '1']

  test('takes a password with each request, has no end of bytes, deletes nothing: the seconds end it and what is left is told', async () => {
    const { code, out, problem } = await runCli(['speed', origin, '--output', 'json', '--size', '10GiB', ...words], {}, undefined, {
      input: async () => 'p',
    })
    assert.equal(code, 0, problem)
    const { upload, download, left } = JSON.parse(out) as SpeedReport
    assert.ok(upload.bytes > 0 && upload.bytes < 10 * 1024 ** 3)
    assert.ok(download.bytes > 0)
    assert.equal(left.length, 1)
    assert.match(problem, /^longshore: 1 layer could not be deleted from longshore-speed\. Nothing names it,/m)
    const deeds = asked.filter((each) => each !== 'GET /v2/')
    assert.deepEqual(deeds, [
      'POST /v2/longshore-speed/blobs/uploads/',
      'PATCH /up/1?state=a',
      'PUT /up/1?state=b&digest=D',
      'GET /v2/longshore-speed/blobs/D',
      'DELETE /v2/longshore-speed/blobs/D',
    ])
  })

  test('who stops it cancels the upload', async () => {
    const stopping = new AbortController()
    onPatch = () => stopping.abort()
    const { code, problem } = await runCli(['speed', origin, '--size', '10GiB', ...words], {}, stopping.signal, { input: async () => 'p' })
    assert.equal(code, 1)
    assert.match(problem, /nterrupted|stopped/)
    assert.equal(asked.at(-1), 'DELETE /up/1?state=a')
  })
})
