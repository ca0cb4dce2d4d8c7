// What the last screen of a run of tests says.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { keptParts, onePart, report } from '../tools/report.ts'

const tools = new URL('../tools/', import.meta.url)

const red = `
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
describe('outer', () => describe('inner', () => {
  test('bad', () => assert.equal(1, 2, 'one is not two'))
  test('left', { skip: 'no engine' }, () => {})
  test('good', () => {})
}))
describe('begun', () => {
  before(() => { throw new Error('no port') })
  test('never', () => {})
})
describe('ended', () => {
  after(() => { throw new Error('left behind') })
  test('well', () => {})
})
test('parent', (t) => t.test('child', () => { throw new Error('the child') }))
`
const shared = `
import { describe, test } from 'node:test'
export const declare = (name, more) => describe(name, () => {
  test('shared', () => { throw new Error('of both') })
  more()
})
`
const using = (name: string) => `
import { test } from 'node:test'
import { declare } from './shared.mjs'
declare('${name}', () => test('own', () => { throw new Error('of one') }))
`
const broken = `throw new Error('at its top')`
const noisy = `
import { test } from 'node:test'
test('much', () => { for (let line = 0; line < 2000; line++) console.log('noise', line) })
`

/** Runs files with these contents, one after the other. */
function ran(contents: Record<string, string>, isolated = true) {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-report-'))
  try {
    for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content)
    const program = join(folder, 'run.mjs')
    const how = `{ title: 'here', patterns: ['*.test.mjs', '*.none.mjs'], isolated: ${isolated}, atOnce: 1 }`
    writeFileSync(
      program,
      `import { runTests } from '${new URL('run-tests.ts', tools)}'
      import { conclude } from '${new URL('report.ts', tools)}'
      conclude([await runTests(${how})])`,
    )
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const kept = join(folder, 'kept')
    const { stdout, status } = spawnSync(process.execPath, [program], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...env, TEST_TOTAL_FILE: kept },
    })
    return { said: stdout.slice(stdout.lastIndexOf('The files that took longest:')), status, parts: readFileSync(kept, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const there = { 'x.none.mjs': '' }

test('what is red is named at the end, with its file, its suites and why; the last line counts', () => {
  const { said, status } = ran({ ...there, 'broken.test.mjs': broken, 'noisy.test.mjs': noisy, 'red.test.mjs': red })
  assert.equal(status, 1)
  for (const expected of [
    /✖ red\.test\.mjs: outer › inner › bad \(here\)\n {4}one is not two\n/,
    /✖ red\.test\.mjs: outer › inner › left \(here\)\n {4}skipped: no engine\n/,
    /✖ red\.test\.mjs: begun \(here\)\n {4}no port\n/,
    /✖ red\.test\.mjs: ended \(here\)\n {4}left behind\n/,
    /✖ red\.test\.mjs: parent › child \(here\)\n {4}the child\n/,
    /✖ broken\.test\.mjs \(here\)\n {4}test failed\n[^✖]*Error: at its top\n/,
    /\n4 passed, 6 failed\n$/,
  ])
    assert.match(said, expected)
  assert.doesNotMatch(said, /noise|never|subtest/)
  for (const file of ['broken', 'noisy', 'red']) assert.match(said, new RegExp(`\\d s {2}${file}\\.test\\.mjs \\(here\\)\n`))
})

test('a test that several files share is told of by the file that ran', () => {
  const { said } = ran({ ...there, 'shared.mjs': shared, 'a.test.mjs': using('alpha'), 'b.test.mjs': using('beta') })
  for (const [file, suite] of [
    ['a', 'alpha'],
    ['b', 'beta'],
  ])
    for (const [name, message] of [
      ['shared', 'of both'],
      ['own', 'of one'],
    ])
      assert.match(said, new RegExp(`✖ ${file}\\.test\\.mjs: ${suite} › ${name} \\(here\\)\n {4}${message}\n`))
})

test('in one process what is red is named, too', () => {
  const { said, status } = ran({ ...there, 'red.test.mjs': red }, false)
  assert.equal(status, 1)
  assert.match(said, /✖ red\.test\.mjs: outer › inner › bad \(here\)\n {4}one is not two\n/)
})

test('what is green says nothing of failures', () => {
  const { parts, status } = ran({ ...there, 'noisy.test.mjs': noisy })
  assert.equal(status, 0)
  const said = report(JSON.parse(parts))
  assert.doesNotMatch(said, /✖|What failed/)
  assert.match(said, /\n2 passed, 0 failed$/)
})

test('a pattern that no file has is red', () => {
  const { parts, status } = ran({ 'noisy.test.mjs': noisy })
  assert.equal(status, 1)
  assert.match(report(JSON.parse(parts)), /✖ \*\.none\.mjs \(here\)\n {4}no file has such a name\n\n0 passed, 1 failed$/)
})

test('of several runs all is told, also of one that ended without a word', async () => {
  const long = await onePart('tool', () => {
    throw new Error('line\n'.repeat(1000))
  })
  const said = report([await onePart('other', () => {}), long, ...keptParts('/nowhere/at/all', 'test:none')])
  assert.match(said, /\n✖ tool\n( {4}line\n){1,20}✖ test:none\n {4}it ended without a word on its tests\n\n1 passed, 2 failed$/)
})
