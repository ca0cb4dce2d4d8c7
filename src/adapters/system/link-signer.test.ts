import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openLinkSigner } from './link-signer.ts'
import { openSecretBox } from './secret-box.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-links-'))
after(() => rmSync(folder, { recursive: true }))

test('a signature is good for its text alone, under its key alone, after a restart too', () => {
  const file = join(folder, 'one.key')
  const signature = openLinkSigner(file).sign('text')
  assert.match(signature, /^[A-Za-z0-9_-]{43}$/)
  assert.equal(statSync(file).mode & 0o777, 0o400)
  assert.equal(openLinkSigner(file).verify('text', signature), true)
  assert.equal(openLinkSigner(file).verify('texT', signature), false)
  assert.equal(openLinkSigner(join(folder, 'other.key')).verify('text', signature), false)
  for (const wrong of ['', signature.slice(1), `${signature}A`, `${signature}=`, ` ${signature}`, signature.toUpperCase(), 'ü'.repeat(43)])
    assert.equal(openLinkSigner(file).verify('text', wrong), false, wrong)
})

test('the key of the file is the one that the secrets are under', () => {
  const file = join(folder, 'shared.key')
  openLinkSigner(file)
  assert.equal(openSecretBox(file).open(openSecretBox(file).seal('secret', 'here'), 'here'), 'secret')
})
