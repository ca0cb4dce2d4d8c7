import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { localCertificates } from './authority.ts'
import { NameOutsideAuthority } from './name-outside-authority.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-implied-'))
after(() => rmSync(folder, { recursive: true }))

test('a container that is made anew under another name still starts; a name that was asked for is never left out', async () => {
  const now = Date.now()
  const first = await localCertificates(folder, ['localhost', 'a1b2c3'], now, ['a1b2c3'])
  assert.ok(new X509Certificate(first.cert).checkHost('a1b2c3'))
  const next = await localCertificates(folder, ['localhost', 'd4e5f6'], now, ['d4e5f6'])
  assert.equal(new X509Certificate(next.cert).checkHost('d4e5f6'), undefined)
  assert.ok(new X509Certificate(next.cert).checkHost('localhost'))
  await assert.rejects(localCertificates(folder, ['localhost', 'registry.example'], now, ['d4e5f6']), NameOutsideAuthority)
})
