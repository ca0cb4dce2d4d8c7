// What every process of ours sets of V8 before it loads a source: bin/compiler.js.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
// Where a cache is named by the environment nobody of ours names one.
const { NODE_COMPILE_CACHE: _, ...env } = process.env
const compiler = new URL('../bin/compiler.js', import.meta.url).href
const told = `
  import { getCompileCacheDir } from 'node:module'
  import { cachedDataVersionTag } from 'node:v8'
  const before = cachedDataVersionTag()
  const { compileSoonAndKeep } = await import(${JSON.stringify(compiler)})
  const folder = compileSoonAndKeep()
  const name = cachedDataVersionTag()
  console.log(JSON.stringify({ before, name, folder, kept: getCompileCacheDir() }))`

const atTheEnd = `
  import { getCompileCacheDir } from 'node:module'
  import { cachedDataVersionTag } from 'node:v8'
  const before = cachedDataVersionTag()
  process.on('exit', () => {
    const name = cachedDataVersionTag()
    if (name !== before && getCompileCacheDir()?.includes(name.toString(16))) console.log('kept by the flags')
  })`

test('V8 knows each flag that is set, and what it keeps is named by them', async () => {
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', told], { env })
  assert.equal(stderr, '', 'V8 names a flag that it does not know')
  const { before, name, folder, kept } = JSON.parse(stdout)
  assert.notEqual(name, before, 'the flags changed something')
  assert.ok(kept.startsWith(folder), `${kept} lies in ${folder}`)
  assert.ok(kept.includes(name.toString(16)), `${kept} is that of code compiled with these flags: they were set first`)
})

test('npm ci and the command keep their code in one place, by this file', async () => {
  for (const file of ['../bin/longshore.js', '../tools/compile.js']) {
    const path = fileURLToPath(new URL(file, import.meta.url))
    const { stdout } = await run(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(atTheEnd)}`, path, '--version'],
      { env },
    )
    assert.match(stdout, /kept by the flags/, file)
  }
})
