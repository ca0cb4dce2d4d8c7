import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { folderId } from './folder-id.ts'

test('a folder has one name, whoever asks first, and nothing else is left in it', async () => {
  const root = mkdtempSync(join(tmpdir(), 'longshore-folder-'))
  const source = `import { parentPort } from 'node:worker_threads'
    const { folderId } = await import(${JSON.stringify(new URL('./folder-id.ts', import.meta.url).href)})
    parentPort.postMessage(folderId(${JSON.stringify(root)}))`
  try {
    const together = Array.from({ length: 3 }, () => {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`))
      return new Promise<string>((resolve, reject) => worker.once('message', resolve).once('error', reject))
    })
    const named = await Promise.all(together)
    assert.match(named[0] ?? '', /^[0-9a-f-]{36}$/)
    assert.deepEqual(new Set([...named, folderId(root)]).size, 1)
    assert.deepEqual(readdirSync(root), ['.id'])
    const other = mkdtempSync(join(tmpdir(), 'longshore-folder-'))
    assert.notEqual(folderId(other), named[0])
    rmSync(other, { recursive: true })
  } finally {
    rmSync(root, { recursive: true })
  }
})
