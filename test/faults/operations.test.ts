// kill -9 while a long-running operation is under way: the next start carries it to its end, and nobody else does.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { dataDirectory } from '#adapters/fs/data-directory.ts'
import { json } from '../world/send.ts'
import { planeOver } from '../world/plane.ts'
import { Client } from './client.ts'
import { Ledger } from './ledger.ts'
import { Scribe } from './scribe.ts'
import { launch, type Server, showPassword, startServer } from './server.ts'

const targetOf = ({ port, agent }: Server) => ({ address: { host: '127.0.0.1', port }, user: '', password: '', agent })

function ownerOf(dataDir: string): { name: string; password: string } {
  const lines = readFileSync(join(dataDir, 'first-passwords'), 'utf8').split('\n')
  const of = (name: string) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
  return { name: of('owner_login'), password: of('owner_password') }
}

function count(dataDir: string, sql: string): number {
  const database = new DatabaseSync(dataDirectory(dataDir).database, { readOnly: true })
  try {
    return Number(database.prepare(sql).get()?.count)
  } finally {
    database.close()
  }
}

for (const point of ['job.claim.after-commit=kill:2', 'drain.after-step=kill:1'])
  test(`an operation that was killed at ${point} is carried to its end by the next start`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'longshore-operations-'))
    const dataDir = join(folder, 'data')
    try {
      const first = await startServer(dataDir)
      const scribe = new Scribe(new Client(first, await showPassword(dataDir)), new Ledger())
      await scribe.pushImage('team/app', 'v1', [Buffer.from('a layer')])
      await first.stop()

      const dying = await launch(dataDir, { FAILPOINT: point, GC_INTERVAL: '1h' })
      const plane = await planeOver(targetOf(dying), ownerOf(dataDir))
      const { value } = json<{ value: { id: string }[] }>(await plane.arm('GET', `${plane.subscription}/resources`))
      const group = /^.*\/resourceGroups\/[^/]+/i.exec(value[0]?.id ?? '')?.[0] ?? ''
      const begun = await plane.arm('DELETE', group)
      assert.equal(begun.status, 202)
      assert.equal(await dying.ended, 'SIGKILL')
      assert.equal(count(dataDir, `SELECT COUNT(*) AS count FROM operation WHERE status = 'InProgress'`), 1)

      const next = await startServer(dataDir, { GC_INTERVAL: '1h' })
      try {
        const { pathname, search } = new URL(String(begun.headers.location))
        const later = await planeOver(targetOf(next), ownerOf(dataDir))
        const status = async () => (await later.arm('GET', pathname + search)).status
        for (let tries = 0; (await status()) !== 200; tries++) {
          assert.ok(tries < 200, 'it ends')
          await pause(50)
        }
      } finally {
        await next.stop()
      }
      assert.equal(count(dataDir, `SELECT COUNT(*) AS count FROM repository`), 0)
      assert.equal(count(dataDir, `SELECT COUNT(*) AS count FROM job WHERE kind <> 'history.reap'`), 0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
