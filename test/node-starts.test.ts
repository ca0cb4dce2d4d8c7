// What a newcomer is told where the Node that npm brings does not start: a slim Linux has not all of its libraries.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const checkout = fileURLToPath(new URL('../', import.meta.url))
const loader = 'node: error while loading shared libraries: libatomic.so.1: cannot open shared object file: No such file or directory'
/** The Node that a system has is another one than this, which runs the tests. */
const olderNode = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.19.0' })`

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-node-'))
  for (const each of ['bin', 'tools/no-node.sh']) cpSync(join(checkout, each), join(folder, each), { recursive: true })
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
})
after(() => rmSync(folder, { recursive: true }))

const bring = (script: string) => writeFileSync(join(folder, 'node_modules/.bin/node'), script, { mode: 0o755 })
const start = () => {
  const words = ['--import', olderNode, join(folder, 'bin/longshore.js'), '--version']
  return spawnSync(process.execPath, words, { encoding: 'utf8' })
}

test('the command names the package that is missing, below the words of the loader', () => {
  bring(`#!/bin/sh\necho '${loader}' >&2\nexit 127\n`)
  const { status, stderr } = start()
  assert.equal(status, 127)
  assert.match(stderr, /libatomic\.so\.1: cannot open[^]*does not start on this system[^]*apt-get install libatomic1/)
})

test('a Node for another kind of system is told apart from one that is not there', () => {
  bring('#!/no/loader\n')
  const { status, stderr } = start()
  assert.equal(status, 127)
  assert.match(stderr, /ENOENT[^]*does not start on this system[^]*install Node 24\.12 or newer/)
})

test('what a command ends with, when Node starts, is told as it is', () => {
  bring('#!/bin/sh\nexit 3\n')
  const { status, stderr } = start()
  assert.deepEqual([status, stderr], [3, ''])
})

test('npm ci and npm start stop with the name of the package, and pass where Node starts', () => {
  const { scripts } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
  const run = (script: string) => {
    const PATH = `${join(folder, 'node_modules/.bin')}:${process.env.PATH}`
    return spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8', env: { ...process.env, PATH } })
  }
  for (const name of ['prepare', 'prestart']) {
    bring(`#!/bin/sh\necho '${loader}' >&2\nexit 127\n`)
    const stopped = run(scripts[name])
    assert.notEqual(stopped.status, 0, name)
    assert.match(stopped.stderr, /apt-get install libatomic1/)
    bring('#!/bin/sh\necho "ran $*"\n')
    const passed = run(scripts[name])
    assert.equal(passed.status, 0, name)
    assert.equal(passed.stderr, '')
    assert.equal(passed.stdout.includes('ran tools/link-cli.js'), name === 'prepare')
  }
})
